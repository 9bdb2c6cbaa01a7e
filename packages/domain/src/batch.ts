// A batch of a plan, as it is shown.
import type { AgentCounts } from './counts.js';
import type { PlanTask } from './task.js';

export type BatchStatus = 'pending' | 'running' | 'observing' | 'completed' | 'failed' | 'cancelled';

/** A batch without its agents and tasks: what a plan's summary shows. */
export interface BatchSummary {
  batchIndex: number;
  status: BatchStatus;
  /** Agents, each once. */
  failedCount: number;
  counts: AgentCounts;
  allowedFailures: number;
  /** Failures that an operator's resume of a threshold pause has accepted. */
  forgiven: number;
  /** Completed agents that were not heard of in the observe window. */
  unconfirmed: number;
  startedAt: string | null;
  observingUntil: string | null;
  completedAt: string | null;
}

export interface Batch extends BatchSummary {
  agentIds: string[];
  tasks: PlanTask[];
}
