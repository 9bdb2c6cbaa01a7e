// What steps on plans bring about, for whoever counts it.
import type { PlanEventType } from '@gradus/domain';

/** What kind of pause a plan is in: by an operator, the emergency stop, or its threshold. */
export const PAUSE_KINDS = ['operator', 'stop', 'threshold', 'rollback'] as const;
export type PauseKind = (typeof PAUSE_KINDS)[number];

/** Why an attempt at a task failed. */
export const FAILURE_REASONS = [
  'reported',
  'cancelled-by-lca',
  'bad-instance',
  'off-target',
  'timeout',
  'not-confirmed',
  'regressed',
] as const;
export type FailureReason = (typeof FAILURE_REASONS)[number];

/**
 * What a step has brought about, told once by the process whose step it was: an event of a plan or a batch, or what
 * became of an attempt at a task. `task.retried`: it failed, and another will follow.
 */
export type Occurrence =
  | { type: Exclude<PlanEventType, `task.${string}` | 'plan.paused'> }
  | { type: 'plan.paused'; by: PauseKind }
  | { type: 'task.dispatched'; sinceReleaseMs?: number }
  | {
      type: 'task.completed' | 'task.failed' | 'task.retried';
      /** Absent where it completed. */
      reason?: FailureReason;
      /** Absent where the attempt had ended once before, as one that regressed had. */
      sinceReleaseMs?: number;
      sinceDispatchMs?: number;
    };
