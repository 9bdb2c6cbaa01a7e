// Making a plan, with a look at what it would be while it is filled in.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { watchVersions } from '../agents/fleetVersions.js';
import { client } from '../api.js';
import { go, planPath } from '../router.js';
import { may } from '../session.js';
import { Fault } from '../ui/fault.js';
import { byVersion } from '../words/versions.js';
import { parseAgentIds } from './agentIds.js';
import { AgentsField } from './agentsField.js';
import { Field } from './field.js';
import { missingOf, NEW_FORM, type PlanForm, planInputOf } from './planForm.js';
import { Preview, type Previewed } from './preview.js';
import { NO_REFUSAL, type Refusal, refusalOf } from './refusal.js';

const DEBOUNCE_MS = 350;

/** Fields whose faults are shown beside them. */
const OWN_FIELDS: ReadonlySet<string> = new Set([
  ...[
    'name',
    'fromVersion',
    'toVersion',
    'toRelease',
    'agentIds',
    'batchSize',
    'batchSizes',
    'failureThreshold',
  ],
  ...['concurrency', 'observeDuration', 'taskTimeout', 'maxAttempts', 'startAt'],
]);

function sentence(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}

/** The versions that the fleet runs, to choose from; without the scope to look, none. */
function useKnownVersions(): string[] {
  const fleet = useMemo(() => (may('agents:read') ? watchVersions() : null), []);
  useEffect(() => fleet?.stop, [fleet]);
  const items = fleet?.versions.value?.items ?? [];
  return [...new Set(items.flatMap(({ actualVersion }) => actualVersion ?? []))].sort(byVersion);
}

export function CreatePage() {
  const [form, setForm] = useState<PlanForm>(NEW_FORM);
  const [pasted, setPasted] = useState('');
  const [added, setAdded] = useState<readonly string[]>([]);
  const [preview, setPreview] = useState<Previewed | null>(null);
  const [refusal, setRefusal] = useState<Refusal>(NO_REFUSAL);
  const [isStale, setStale] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [fault, setFault] = useState<unknown>(null);
  const key = useRef(crypto.randomUUID());
  const known = useKnownVersions();
  const agentIds = useMemo(() => [...new Set([...parseAgentIds(pasted), ...added])], [pasted, added]);
  const input = useMemo(() => planInputOf(form, agentIds), [form, agentIds]);
  const missing = missingOf(form, agentIds.length);
  const isWhole = missing.length === 0;

  useEffect(() => {
    // What is sent is another plan now, and no repeat of the one before.
    key.current = crypto.randomUUID();
    setStale(true);
    if (!isWhole) {
      setPreview(null);
      setRefusal(NO_REFUSAL);
      return;
    }
    const controller = new AbortController();
    const timer = setTimeout(async () => {
      try {
        const options = { dryRun: true, minimal: true, signal: controller.signal } as const;
        setPreview(await client.createPlan(input, options));
        setRefusal(NO_REFUSAL);
        setStale(false);
      } catch (error) {
        if (!controller.signal.aborted) setRefusal(refusalOf(error));
      }
    }, DEBOUNCE_MS);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [input, isWhole]);

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (!isWhole) return;
    setBusy(true);
    setFault(null);
    try {
      const { id } = await client.createPlan(input, { idempotencyKey: key.current, minimal: true });
      go(planPath(id));
    } catch (error) {
      const refused = refusalOf(error);
      setRefusal(refused);
      if (refused.text !== null) setFault(error);
      setBusy(false);
    }
  }

  const text = (field: keyof PlanForm) => ({
    value: form[field],
    onInput: (event: Event) =>
      setForm((before) => ({ ...before, [field]: (event.currentTarget as HTMLInputElement).value })),
  });
  const choice = (field: keyof PlanForm, value: string) => ({
    type: 'radio' as const,
    name: field,
    checked: form[field] === value,
    onChange: () => setForm((before) => ({ ...before, [field]: value })),
  });
  const faultOf = (field: string) => refusal.fields.get(field);
  const foreign = [...refusal.fields].filter(([field]) => !OWN_FIELDS.has(field));

  return (
    <form class="create" onSubmit={submit} autocomplete="off">
      <div class="plan-title">
        <p class="faint">
          <a href="/">Plans</a> /
        </p>
        <h1 tabIndex={-1}>New plan</h1>
      </div>
      <div class="columns">
        <div>
          <fieldset class="card fields">
            <legend>Upgrade</legend>
            <Field label="Name" fault={faultOf('name')}>
              <input required maxLength={200} placeholder="Gateways to 1.3.0" {...text('name')} />
            </Field>
            <div class="three">
              <Field label="From version" fault={faultOf('fromVersion')}>
                <input required list="known-versions" {...text('fromVersion')} />
              </Field>
              <Field label="To version" fault={faultOf('toVersion')}>
                <input required {...text('toVersion')} />
              </Field>
              <Field label="To release" fault={faultOf('toRelease')}>
                <input required {...text('toRelease')} />
              </Field>
            </div>
            <datalist id="known-versions">
              {known.map((version) => (
                <option key={version} value={version} />
              ))}
            </datalist>
          </fieldset>
          <AgentsField
            fromVersion={form.fromVersion.trim()}
            pasted={pasted}
            onPaste={setPasted}
            added={added}
            onAdd={(more) => setAdded((before) => [...new Set([...before, ...more])])}
            agentIds={agentIds}
            onClear={() => setAdded([])}
            fault={faultOf('agentIds')}
            refused={refusal.agents}
            onLeaveOut={(out) => {
              const gone = new Set(out);
              setPasted(
                parseAgentIds(pasted)
                  .filter((id) => !gone.has(id))
                  .join('\n'),
              );
              setAdded(added.filter((id) => !gone.has(id)));
            }}
          />
          <fieldset class="card fields">
            <legend>Batches</legend>
            <div class="choices">
              <label>
                <input {...choice('cut', 'growing')} />A canary first, then larger
              </label>
              <label>
                <input {...choice('cut', 'equal')} />
                All of one size
              </label>
            </div>
            <div class="three">
              {form.cut === 'growing' ? (
                <Field
                  label="Sizes"
                  hint="Counts, or percents of all; the rest is the last batch."
                  fault={faultOf('batchSizes')}
                >
                  <input required {...text('batchSizes')} />
                </Field>
              ) : (
                <Field label="Agents of a batch" fault={faultOf('batchSize')}>
                  <input required type="number" min="1" step="1" {...text('batchSize')} />
                </Field>
              )}
              <Field label="Agents at once" fault={faultOf('concurrency')}>
                <input required type="number" min="1" step="1" {...text('concurrency')} />
              </Field>
              <Field
                label="Watched for"
                hint="After its last agent: 90s, 10m, 1h30m."
                fault={faultOf('observeDuration')}
              >
                <input required {...text('observeDuration')} />
              </Field>
            </div>
            <label class="check">
              <input
                type="checkbox"
                checked={form.gate === 'manual'}
                onChange={(event) =>
                  setForm((before) => ({ ...before, gate: event.currentTarget.checked ? 'manual' : 'auto' }))
                }
              />
              Somebody promotes each batch before the next begins
            </label>
          </fieldset>
          <fieldset class="card fields">
            <legend>Failures</legend>
            <div class="three">
              <Field
                label="Threshold, percent of a batch"
                hint="Rounded down to agents; one more stops it."
                fault={faultOf('failureThreshold')}
              >
                <input required type="number" min="0" max="100" step="any" {...text('thresholdPercent')} />
              </Field>
              <Field label="Time limit of an attempt" fault={faultOf('taskTimeout')}>
                <input required {...text('taskTimeout')} />
              </Field>
              <Field label="Attempts" fault={faultOf('maxAttempts')}>
                <input required type="number" min="1" max="10" step="1" {...text('maxAttempts')} />
              </Field>
            </div>
            <div class="choices">
              <label>
                <input {...choice('onThreshold', 'pause')} />
                Past the threshold it pauses, and waits for somebody
              </label>
              <label>
                <input {...choice('onThreshold', 'rollback')} />
                Past the threshold it rolls back by itself
              </label>
            </div>
          </fieldset>
          <fieldset class="card fields">
            <legend>Start</legend>
            <div class="choices">
              <label>
                <input {...choice('start', 'now')} />
                At once
              </label>
              <label>
                <input {...choice('start', 'by-hand')} />
                When somebody starts it
              </label>
              <label>
                <input {...choice('start', 'at')} />
                At a time
              </label>
            </div>
            {form.start === 'at' && (
              <Field
                label="Time, in your zone"
                hint={Intl.DateTimeFormat().resolvedOptions().timeZone}
                fault={faultOf('startAt')}
              >
                <input required type="datetime-local" {...text('startAt')} />
              </Field>
            )}
          </fieldset>
        </div>
        <section class="card preview" aria-labelledby="preview-title">
          <header>
            <h2 id="preview-title">What it would be</h2>
          </header>
          {preview !== null ? (
            <Preview plan={preview} isStale={isStale} />
          ) : (
            <p class="faint">
              {isWhole
                ? refusal === NO_REFUSAL
                  ? 'Looking…'
                  : 'Once the faults are gone, it is seen here what comes of it.'
                : `Fill in ${sentence(missing)}, and it is seen here what comes of it. Nothing is made before you say so.`}
            </p>
          )}
          {refusal.text !== null && fault === null && <p class="fault">{refusal.text}</p>}
          {foreign.map(([field, message]) => (
            <p key={field} class="fault">
              {field}: {message}
            </p>
          ))}
          {fault !== null && <Fault error={fault} />}
          <button type="submit" class="primary" disabled={isBusy || (isWhole && refusal !== NO_REFUSAL)}>
            {isBusy ? 'Making it…' : form.start === 'now' ? 'Make and start the plan' : 'Make the plan'}
          </button>
        </section>
      </div>
    </form>
  );
}
