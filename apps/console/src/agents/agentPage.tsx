// One agent: what it runs, and which plans have had it.
import { isProblem } from '@gradus/client';
import type { Agent, PlanSummary } from '@gradus/domain';
import { useEffect, useState } from 'preact/hooks';
import { client } from '../api.js';
import { poll } from '../poll.js';
import { planPath } from '../router.js';
import { may } from '../session.js';
import { take } from '../take.js';
import { Fault } from '../ui/fault.js';
import { Ago, Instant } from '../ui/instant.js';
import { Loading } from '../ui/loading.js';
import { StatusBadge } from '../ui/statusBadge.js';
import { upgradeText } from '../words/statusText.js';
import { versionName } from '../words/versions.js';

const POLL_MS = 5_000;
/** The inventory remembers no more. */
const PLANS = 20;

function Facts({ agent }: { agent: Agent }) {
  const attributes = Object.entries(agent.attributes);
  return (
    <section class="card" aria-labelledby="agent-facts">
      <header>
        <h2 id="agent-facts">What is known of it</h2>
      </header>
      <dl class="facts">
        <dt>LCA</dt>
        <dd class="mono">
          <a href={`/agents?lca=${encodeURIComponent(agent.lcaUuid)}`}>{agent.lcaUuid}</a>
        </dd>
        <dt>Node</dt>
        <dd class="mono">{agent.nodeUuid}</dd>
        <dt>Last heard of</dt>
        <dd>{agent.lastSeenAt === null ? 'never' : <Ago at={agent.lastSeenAt} />}</dd>
        <dt>Registered</dt>
        <dd>
          <Instant at={agent.registeredAt} />
        </dd>
        {attributes.map(([name, value]) => (
          <>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </>
        ))}
      </dl>
    </section>
  );
}

function Instances({ agent }: { agent: Agent }) {
  return (
    <section class="card" aria-labelledby="agent-instances">
      <header>
        <h2 id="agent-instances">What it runs</h2>
      </header>
      <table>
        <thead>
          <tr>
            <th scope="col">Component</th>
            <th scope="col">Version</th>
            <th scope="col">Is</th>
            <th scope="col" class="wide">
              Instance
            </th>
          </tr>
        </thead>
        <tbody>
          {agent.components.map((instance) => (
            <tr key={instance.componentInstanceUuid}>
              <td>{instance.componentName}</td>
              <td>{versionName(instance.actualVersion, instance.actualRelease)}</td>
              <td>{instance.runtimeStatus ?? 'unknown'}</td>
              <td class="mono wide">{instance.componentInstanceUuid}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function History({ plans }: { plans: readonly PlanSummary[] }) {
  return (
    <section class="card" aria-labelledby="agent-plans">
      <header>
        <h2 id="agent-plans">Its plans</h2>
        <span class="faint">the newest first</span>
      </header>
      {plans.length === 0 ? (
        <p class="faint">No plan has had it yet.</p>
      ) : (
        <ul class="history">
          {plans.map((plan) => (
            <li key={plan.id}>
              <StatusBadge status={plan.status} />
              <span>
                <a href={planPath(plan.id)}>{plan.name}</a>
                <span class="faint"> {upgradeText(plan)}</span>
              </span>
              <Instant at={plan.createdAt} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

export function AgentPage({ agentId }: { agentId: string }) {
  const [agent, setAgent] = useState<Agent | null>(null);
  const [plans, setPlans] = useState<readonly PlanSummary[]>([]);
  const [fault, setFault] = useState<unknown>(null);
  const readsPlans = may('plans:read');
  useEffect(() => {
    const polling = poll(async (abort) => {
      try {
        const options = { signal: abort };
        const [read, history] = await Promise.all([
          client.getAgent(agentId, options),
          readsPlans ? take(client.listPlans({ agentId, limit: PLANS }, options), PLANS) : { items: [] },
        ]);
        setAgent(read);
        setPlans(history.items);
        setFault(null);
      } catch (error) {
        if (!abort.aborted) setFault(error);
      }
    }, POLL_MS);
    return polling.stop;
  }, [agentId, readsPlans]);

  if (isProblem(fault, 'not-found')) {
    return (
      <div class="empty">
        <h1 tabIndex={-1}>There is no agent {agentId}</h1>
        <p>Ids are looked for as they are, capital letters included.</p>
        <p>
          <a href="/agents">To the agents</a>
        </p>
      </div>
    );
  }
  return (
    <>
      <div class="plan-title">
        <p class="faint">
          <a href="/agents">Agents</a> /
        </p>
        <h1 tabIndex={-1}>{agentId}</h1>
      </div>
      {fault !== null && <Fault error={fault} />}
      {agent === null ? (
        fault === null && <Loading what="the agent" />
      ) : (
        <div class="columns">
          <div>
            <Instances agent={agent} />
            {readsPlans && <History plans={plans} />}
          </div>
          <div>
            <Facts agent={agent} />
          </div>
        </div>
      )}
    </>
  );
}
