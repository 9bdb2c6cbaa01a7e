// The inventory: what the fleet runs, and its agents.
import type { Agent } from '@gradus/domain';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { client } from '../api.js';
import { poll } from '../poll.js';
import { agentPath, go, parameter, setParameter } from '../router.js';
import { take } from '../take.js';
import { Fault } from '../ui/fault.js';
import { Ago } from '../ui/instant.js';
import { Loading } from '../ui/loading.js';
import { counted } from '../words/numbers.js';
import { versionName } from '../words/versions.js';
import { byComponent, watchVersions } from './fleetVersions.js';
import { VersionBar } from './versionBar.js';

const PAGE = 50;
const POLL_MS = 5_000;
const DEBOUNCE_MS = 300;

interface Shown {
  items: Agent[];
  hasMore: boolean;
}

/** A filter is asked for once nobody has typed for a moment. */
function useSettled(text: string): string {
  const [settled, settle] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => settle(text), DEBOUNCE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}

function Row({ agent }: { agent: Agent }) {
  const { agentId, lcaUuid, components, lastSeenAt } = agent;
  return (
    <tr>
      <td>
        <a href={agentPath(agentId)} class="mono">
          {agentId}
        </a>
      </td>
      <td>
        {components
          .slice(0, 3)
          .map(({ componentInstanceUuid, componentName, actualVersion, actualRelease }) => (
            <div key={componentInstanceUuid}>
              <span class="faint">{componentName}</span> {versionName(actualVersion, actualRelease)}
            </div>
          ))}
        {components.length > 3 && (
          <div class="faint">and {counted(components.length - 3, 'more instance')}</div>
        )}
      </td>
      <td class="mono wide">{lcaUuid}</td>
      <td>{lastSeenAt === null ? <span class="faint">never</span> : <Ago at={lastSeenAt} />}</td>
    </tr>
  );
}

function Agents({ version, lcaUuid }: { version: string; lcaUuid: string }) {
  const [wanted, setWanted] = useState(PAGE);
  const [shown, setShown] = useState<Shown | null>(null);
  const [fault, setFault] = useState<unknown>(null);
  useEffect(() => {
    setShown(null);
    const filter = {
      version: version || undefined,
      lcaUuid: lcaUuid || undefined,
      limit: Math.min(wanted + 1, 1_000),
    };
    const polling = poll(async (abort) => {
      try {
        setShown(await take(client.listAgents(filter, { signal: abort }), wanted));
        setFault(null);
      } catch (error) {
        if (!abort.aborted) setFault(error);
      }
    }, POLL_MS);
    return polling.stop;
  }, [version, lcaUuid, wanted]);

  if (fault !== null) return <Fault error={fault} />;
  if (shown === null) return <Loading what="the agents" />;
  if (shown.items.length === 0) return <p class="faint">No agent is like that.</p>;
  return (
    <>
      <table>
        <thead>
          <tr>
            <th scope="col">Agent</th>
            <th scope="col">Runs</th>
            <th scope="col" class="wide">
              LCA
            </th>
            <th scope="col">Last heard of</th>
          </tr>
        </thead>
        <tbody>
          {shown.items.map((agent) => (
            <Row key={agent.agentId} agent={agent} />
          ))}
        </tbody>
      </table>
      {shown.hasMore && (
        <button type="button" onClick={() => setWanted(wanted + 4 * PAGE)}>
          Show more
        </button>
      )}
    </>
  );
}

export function AgentsPage() {
  const fleet = useMemo(watchVersions, []);
  useEffect(() => fleet.stop, [fleet]);
  const version = parameter('version');
  const lcaUuid = parameter('lca');
  const settled = { version: useSettled(version), lcaUuid: useSettled(lcaUuid) };
  const versions = fleet.versions.value;

  function find(event: SubmitEvent): void {
    event.preventDefault();
    const agentId = String(new FormData(event.target as HTMLFormElement).get('agentId')).trim();
    if (agentId !== '') go(agentPath(agentId));
  }

  return (
    <>
      <div class="page-head">
        <h1 tabIndex={-1}>Agents</h1>
        <form class="find" onSubmit={find}>
          <input name="agentId" type="search" aria-label="Agent id" placeholder="Agent id" required />
          <button type="submit">Open</button>
        </form>
      </div>
      {fleet.fault.value !== null && <Fault error={fleet.fault.value} />}
      {versions === null
        ? fleet.fault.value === null && <Loading what="the versions" />
        : byComponent(versions).map(([componentName, counts]) => (
            <VersionBar
              key={componentName}
              componentName={componentName}
              counts={counts}
              chosen={version}
              onChoose={(chosen) => setParameter('version', chosen)}
            />
          ))}
      {versions?.agents === 0 ? (
        <div class="empty">
          <h2>There are no agents yet</h2>
          <p>
            They are put into the inventory by the API, or by the command line:{' '}
            <code>gradus agents import</code>
          </p>
        </div>
      ) : (
        <section class="card" aria-labelledby="agents-title">
          <header>
            <h2 id="agents-title">{versions === null ? 'Agents' : counted(versions.agents, 'agent')}</h2>
            <div class="filters">
              <input
                type="search"
                aria-label="Only agents that run this version"
                placeholder="Version"
                value={version}
                onInput={(event) => setParameter('version', event.currentTarget.value)}
              />
              <input
                type="search"
                aria-label="Only agents of this LCA"
                placeholder="LCA"
                value={lcaUuid}
                onInput={(event) => setParameter('lca', event.currentTarget.value)}
              />
            </div>
          </header>
          <Agents {...settled} />
        </section>
      )}
    </>
  );
}
