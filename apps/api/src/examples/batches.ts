// Examples of batches.
import type { AgentCounts, Batch, BatchSummary } from '@gradus/domain';
import { ENDED_TASKS, PENDING_TASKS } from './tasks.js';

const NO_AGENTS: AgentCounts = {
  agents: 0,
  pending: 0,
  running: 0,
  completed: 0,
  failed: 0,
  skipped: 0,
  cancelled: 0,
};

const PENDING_BATCH: Batch = {
  batchIndex: 0,
  agentIds: ['item1', 'item2'],
  status: 'pending',
  failedCount: 0,
  tasks: PENDING_TASKS,
  counts: { ...NO_AGENTS, agents: 2, pending: 2 },
  allowedFailures: 0,
  forgiven: 0,
  unconfirmed: 0,
  startedAt: null,
  observingUntil: null,
  completedAt: null,
};

/** Of its two agents one has failed, and none may. */
const RUNNING_BATCH: Batch = {
  ...PENDING_BATCH,
  status: 'running',
  failedCount: 1,
  tasks: ENDED_TASKS,
  counts: { ...NO_AGENTS, agents: 2, completed: 1, failed: 1 },
  startedAt: '2026-01-15T08:00:00.105Z',
};

export const EXAMPLE_BATCHES = { pending: PENDING_BATCH, running: RUNNING_BATCH };

/** @returns the batch of one of its agents alone, as a plan has it that follows from another */
export function batchOf(agentId: string): Batch {
  return {
    ...PENDING_BATCH,
    agentIds: [agentId],
    tasks: PENDING_TASKS.filter((task) => task.agentId === agentId),
    counts: { ...NO_AGENTS, agents: 1, pending: 1 },
  };
}

export function summaryOf({ agentIds: _agentIds, tasks: _tasks, ...summary }: Batch): BatchSummary {
  return summary;
}
