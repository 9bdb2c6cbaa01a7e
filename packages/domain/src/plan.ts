// An upgrade plan, as it is shown.
import type { Batch, BatchSummary } from './batch.js';
import type { AgentCounts } from './counts.js';

export const PLAN_STATUSES = ['pending', 'running', 'paused', 'completed', 'failed', 'cancelled'] as const;

export type PlanStatus = (typeof PLAN_STATUSES)[number];

export type Gate = 'auto' | 'manual';
export type OnThreshold = 'pause' | 'rollback';

export const WAITING_REASONS = [
  'rate-limit',
  'lca-check-in',
  'outcome',
  'observe',
  'gate',
  'start-at',
  'operator',
] as const;

/** What a plan waits for now. */
export interface WaitingFor {
  reason: (typeof WAITING_REASONS)[number];
  /** How many agents it waits for; null where it waits for none. */
  agents: number | null;
  since: string | null;
  until: string | null;
}

export interface PlanHeader {
  /** `plan-` + UUID. */
  id: string;
  name: string;
  fromVersion: string;
  toVersion: string | null;
  /** What the instances ran when the plan was made; null where they differ. */
  fromRelease: string | null;
  toRelease: string | null;
  failureThreshold: number;
  concurrency: number;
  status: PlanStatus;
  currentBatch: number;
  createdBy: string;
  createdAt: string;
  startedAt: string | null;
  pausedAt: string | null;
  pauseReason: string | null;
  completedAt: string | null;
  sourcePlanUuid: string | null;
  error: string | null;
  observeDuration: string;
  revision: number;
  startAt: string | null;
  gate: Gate;
  taskTimeout: string;
  maxAttempts: number;
  onThreshold: OnThreshold;
  waitingFor: WaitingFor | null;
  counts: AgentCounts;
}

export interface PlanSummary extends PlanHeader {
  batches: BatchSummary[];
}

export interface Plan extends PlanHeader {
  batches: Batch[];
}

/** The statuses that no command and no outcome leads out of. */
export function hasEnded(status: PlanStatus): boolean {
  return status === 'completed' || status === 'failed' || status === 'cancelled';
}
