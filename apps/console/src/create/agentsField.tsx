// Which agents a plan is for: pasted, from a file, or all that run a version.
import { useRef, useState } from 'preact/hooks';
import { client } from '../api.js';
import { faultText } from '../words/faultText.js';
import { counted, number } from '../words/numbers.js';
import { parseAgentIds } from './agentIds.js';
import { Field } from './field.js';
import type { RefusedAgents } from './refusal.js';

const PAGE = 1_000;
const NAMED = 8;

interface AgentsFieldProps {
  fromVersion: string;
  pasted: string;
  onPaste: (text: string) => void;
  /** Those that a file or the inventory has given. */
  added: readonly string[];
  onAdd: (agentIds: readonly string[]) => void;
  /** All of them, each once. */
  agentIds: readonly string[];
  onClear: () => void;
  fault: string | undefined;
  refused: RefusedAgents | null;
  onLeaveOut: (agentIds: readonly string[]) => void;
}

export function AgentsField(props: AgentsFieldProps) {
  const { fromVersion, pasted, added, agentIds, refused } = props;
  const [lcaUuid, setLcaUuid] = useState('');
  const [looking, setLooking] = useState<number | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const file = useRef<HTMLInputElement>(null);

  async function addByVersion(): Promise<void> {
    setFault(null);
    setLooking(0);
    const found: string[] = [];
    try {
      const filter = { version: fromVersion, lcaUuid: lcaUuid.trim() || undefined, limit: PAGE };
      for await (const { agentId } of client.listAgents(filter)) {
        found.push(agentId);
        if (found.length % PAGE === 0) setLooking(found.length);
      }
      if (found.length === 0) setFault('No agent is like that.');
      props.onAdd(found);
    } catch (error) {
      setFault(faultText(error));
    }
    setLooking(null);
  }

  async function addFile(): Promise<void> {
    const chosen = file.current?.files?.[0];
    if (chosen === undefined) return;
    setFault(null);
    props.onAdd(parseAgentIds(await chosen.text()));
    if (file.current !== null) file.current.value = '';
  }

  return (
    <fieldset class="card fields">
      <legend>
        Agents <span class="faint">{counted(agentIds.length, 'agent')}</span>
      </legend>
      <Field label="Ids" hint="Separated by commas, spaces or lines." fault={props.fault}>
        <textarea
          rows={3}
          spellcheck={false}
          autocomplete="off"
          value={pasted}
          onInput={(event: InputEvent) => props.onPaste((event.currentTarget as HTMLTextAreaElement).value)}
        />
      </Field>
      <div class="two">
        <Field label="From a file" hint="A list or CSV of ids alone.">
          <input
            ref={file}
            type="file"
            accept=".txt,.csv,text/plain,text/csv"
            onChange={() => void addFile()}
          />
        </Field>
        <div class="by-version">
          <Field label="Of one LCA alone (optional)">
            <input
              value={lcaUuid}
              autocomplete="off"
              onInput={(event: InputEvent) => setLcaUuid((event.currentTarget as HTMLInputElement).value)}
            />
          </Field>
          <button
            type="button"
            disabled={fromVersion === '' || looking !== null}
            onClick={() => void addByVersion()}
          >
            {looking !== null
              ? `${number(looking)} found…`
              : fromVersion === ''
                ? 'Add all that run the version'
                : `Add all that run ${fromVersion}`}
          </button>
        </div>
      </div>
      {added.length > 0 && (
        <p class="added">
          {counted(added.length, 'agent')} added: <span class="mono">{added.slice(0, NAMED).join(', ')}</span>
          {added.length > NAMED && ', …'}{' '}
          <button type="button" class="small" onClick={props.onClear}>
            Clear
          </button>
        </p>
      )}
      {fault !== null && (
        <p class="fault" role="alert">
          {fault}
        </p>
      )}
      {refused !== null && (
        <div class="notice is-alarm" role="alert">
          <div>
            <p>{refused.text}</p>
            <ul>
              {refused.lines.slice(0, NAMED).map((line) => (
                <li key={line} class="mono">
                  {line}
                </li>
              ))}
            </ul>
            <button type="button" onClick={() => props.onLeaveOut(refused.agentIds)}>
              Leave {refused.agentIds.length === 1 ? 'it' : `these ${number(refused.agentIds.length)}`} out
            </button>
          </div>
        </div>
      )}
    </fieldset>
  );
}
