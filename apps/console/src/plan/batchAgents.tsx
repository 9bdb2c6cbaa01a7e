// The agents of one batch, task by task.
import type { BatchSummary, PlanTask, TaskStatus } from '@gradus/domain';
import { useEffect, useState } from 'preact/hooks';
import { client } from '../api.js';
import { poll } from '../poll.js';
import { agentPath } from '../router.js';
import { take } from '../take.js';
import { Fault } from '../ui/fault.js';
import { Instant } from '../ui/instant.js';
import { Loading } from '../ui/loading.js';
import { StatusBadge } from '../ui/statusBadge.js';
import { counted, number } from '../words/numbers.js';
import { batchName } from '../words/statusText.js';

const PAGE = 20;
const POLL_MS = 3_000;
/** Looking for one state among more agents than these costs the api too much to be done every few seconds. */
const POLLED_AGENTS = 5_000;
const SLOW_POLL_MS = 15_000;

const FILTERS: readonly { status: TaskStatus | ''; name: string }[] = [
  { status: '', name: 'All states' },
  { status: 'failed', name: 'failed' },
  { status: 'running', name: 'running' },
  { status: 'dispatched', name: 'dispatched' },
  { status: 'queued', name: 'queued' },
  { status: 'pending', name: 'pending' },
  { status: 'completed', name: 'completed' },
  { status: 'skipped', name: 'skipped' },
  { status: 'cancelled', name: 'cancelled' },
];

interface Shown {
  items: PlanTask[];
  hasMore: boolean;
}

function Row({ task }: { task: PlanTask }) {
  const {
    agentId,
    componentName,
    status,
    attempt,
    error,
    actualVersion,
    runtimeStatus,
    dispatchedAt,
    completedAt,
  } = task;
  return (
    <tr>
      <td>
        <a href={agentPath(agentId)} class="mono">
          {agentId}
        </a>
        <div class="faint">{componentName}</div>
      </td>
      <td>
        <StatusBadge status={status} />
        {attempt > 1 && <div class="faint">attempt {number(attempt)}</div>}
      </td>
      <td class="wide">
        {actualVersion ?? 'unknown'}
        <div class="faint">{runtimeStatus}</div>
      </td>
      <td>
        {completedAt !== null ? (
          <Instant at={completedAt} />
        ) : dispatchedAt !== null ? (
          <Instant at={dispatchedAt} />
        ) : (
          <span class="faint">–</span>
        )}
        {error !== null && <div class="is-bad">{error}</div>}
      </td>
    </tr>
  );
}

interface BatchAgentsProps {
  planId: string;
  batch: BatchSummary;
  batchCount: number;
  onSelect: (batchIndex: number) => void;
}

export function BatchAgents({ planId, batch, batchCount, onSelect }: BatchAgentsProps) {
  const { batchIndex, counts } = batch;
  const [status, setStatus] = useState<TaskStatus | ''>('');
  const [wanted, setWanted] = useState(PAGE);
  const [shown, setShown] = useState<Shown | null>(null);
  const [fault, setFault] = useState<unknown>(null);

  useEffect(() => {
    setShown(null);
    const filter = { status: status === '' ? undefined : status, limit: Math.min(wanted + 1, 1_000) };
    const polling = poll(
      async (abort) => {
        try {
          setShown(await take(client.listBatchTasks(planId, batchIndex, filter, { signal: abort }), wanted));
          setFault(null);
        } catch (error) {
          if (!abort.aborted) setFault(error);
        }
      },
      counts.agents > POLLED_AGENTS && status !== '' ? SLOW_POLL_MS : POLL_MS,
    );
    return polling.stop;
  }, [planId, batchIndex, status, wanted, counts.agents]);

  return (
    <section class="card" aria-labelledby="batch-title" id="batch-agents">
      <header>
        <h2 id="batch-title">
          {batchName(batchIndex)} of {number(batchCount)} <StatusBadge status={batch.status} />
        </h2>
        <div class="batch-choice">
          <button
            type="button"
            class="small"
            aria-label="The batch before"
            disabled={batchIndex === 0}
            onClick={() => onSelect(batchIndex - 1)}
          >
            ‹
          </button>
          <button
            type="button"
            class="small"
            aria-label="The next batch"
            disabled={batchIndex === batchCount - 1}
            onClick={() => onSelect(batchIndex + 1)}
          >
            ›
          </button>
          <select
            aria-label="Which agents of the batch"
            value={status}
            onChange={(event) => {
              setWanted(PAGE);
              setStatus(event.currentTarget.value as TaskStatus | '');
            }}
          >
            {FILTERS.map(({ status: value, name }) => (
              <option key={value} value={value}>
                {name}
              </option>
            ))}
          </select>
        </div>
      </header>
      <p class="faint">
        {counted(counts.agents, 'agent')}, {number(batch.allowedFailures)} may fail
        {batch.forgiven > 0 && `, ${number(batch.forgiven)} forgiven`}
        {batch.unconfirmed > 0 && `, ${number(batch.unconfirmed)} not heard of since they completed`}
        {batch.startedAt !== null && (
          <>
            {' '}
            · began <Instant at={batch.startedAt} />
          </>
        )}
        {batch.completedAt !== null && (
          <>
            {' '}
            · closed <Instant at={batch.completedAt} />
          </>
        )}
      </p>
      {fault !== null && <Fault error={fault} />}
      {shown === null ? (
        fault === null && <Loading what="the agents" />
      ) : shown.items.length === 0 ? (
        <p class="faint">No agent of this batch is like that.</p>
      ) : (
        <table>
          <thead>
            <tr>
              <th scope="col">Agent</th>
              <th scope="col">State</th>
              <th scope="col" class="wide">
                Runs
              </th>
              <th scope="col">Last</th>
            </tr>
          </thead>
          <tbody>
            {shown.items.map((task) => (
              <Row key={task.componentInstanceUuid} task={task} />
            ))}
          </tbody>
        </table>
      )}
      {shown?.hasMore && (
        <button type="button" onClick={() => setWanted(wanted + 4 * PAGE)}>
          Show more
        </button>
      )}
    </section>
  );
}
