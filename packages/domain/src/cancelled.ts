// How the unfinished parts of a plan that goes no further are shown: ending a plan is one step, whatever its size,
// so its parts are not rewritten; what was unfinished then is cancelled by the transitions table.
import type { BatchStatus } from './batch.js';
import type { AgentCounts } from './counts.js';
import { hasEnded, type PlanStatus } from './plan.js';
import type { TaskStatus } from './task.js';
import { transition } from './transitions.js';

/** `rolling-back`: what its LCAs have goes on, nothing else does. */
export type Going = 'on' | 'rolling-back' | 'ended';

/** @param isRollingBack its threshold paused it, and it is to be rolled back */
export function goingOf(status: PlanStatus, isRollingBack: boolean): Going {
  if (hasEnded(status)) return 'ended';
  return isRollingBack ? 'rolling-back' : 'on';
}

/** @returns the status to show of a batch */
export function batchStatusIn(going: Going, status: BatchStatus): BatchStatus {
  const isCancelled = going === 'ended' || (going === 'rolling-back' && status === 'pending');
  return isCancelled ? transition('batch', status, 'cancel') : status;
}

/** @returns the status to show of a task */
export function taskStatusIn(going: Going, status: TaskStatus): TaskStatus {
  const isCancelled = going === 'ended' || (going === 'rolling-back' && status === 'pending');
  return isCancelled ? transition('task', status, 'cancel') : status;
}

/** @returns the counts to show of a batch */
export function countsIn(going: Going, counts: AgentCounts): AgentCounts {
  if (going === 'on') return counts;
  const running = going === 'ended' ? 0 : counts.running;
  const cancelled = counts.cancelled + counts.pending + counts.running - running;
  return { ...counts, pending: 0, running, cancelled };
}
