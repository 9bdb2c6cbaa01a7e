// How an ended plan's unfinished parts are shown: ending a plan is one step, whatever its size, so its
// parts are not rewritten; what was unfinished then is cancelled by the transitions table.
import type { AgentCounts } from './counts.js';
import { hasEnded, type PlanStatus } from './plan.js';
import { transition } from './transitions.js';

/** @returns the batch's status in a plan of that status */
export function batchStatusIn(plan: PlanStatus, status: Parameters<typeof transition<'batch'>>[1]) {
  return hasEnded(plan) ? transition('batch', status, 'cancel') : status;
}

/** @returns the task's status in a plan of that status */
export function taskStatusIn(plan: PlanStatus, status: Parameters<typeof transition<'task'>>[1]) {
  return hasEnded(plan) ? transition('task', status, 'cancel') : status;
}

/** @returns the batch's counts in a plan of that status */
export function countsIn(plan: PlanStatus, counts: AgentCounts): AgentCounts {
  if (!hasEnded(plan)) return counts;
  const cancelled = counts.cancelled + counts.pending + counts.running;
  return { ...counts, pending: 0, running: 0, cancelled };
}
