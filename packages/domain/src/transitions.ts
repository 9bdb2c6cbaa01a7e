// Which state follows which: the only place that says so. The scripts that write states are given this table.
import type { BatchStatus } from './batch.js';
import { IllegalTransition } from './errors.js';
import type { PlanStatus } from './plan.js';
import type { TaskStatus } from './task.js';

/** An event that leaves the state as it is: late, repeated, or with its aim already reached. */
export const IGNORED = 'ignored';

type Row<State extends string, Event extends string> = readonly [
  from: State,
  event: Event,
  to: State | typeof IGNORED,
];

export type PlanMove = 'start' | 'pause' | 'trip' | 'resume' | 'complete' | 'fail' | 'cancel';

/** `trip`: more agents failed than the batch allows. `fail`: it was rolled back by its threshold. */
const PLAN: readonly Row<PlanStatus, PlanMove>[] = [
  ['pending', 'start', 'running'],
  ['running', 'pause', 'paused'],
  ['running', 'trip', 'paused'],
  ['paused', 'resume', 'running'],
  ['running', 'complete', 'completed'],
  ['paused', 'fail', 'failed'],
  ['pending', 'cancel', 'cancelled'],
  ['running', 'cancel', 'cancelled'],
  ['paused', 'cancel', 'cancelled'],

  ['running', 'start', IGNORED],
  ['running', 'resume', IGNORED],
  ['paused', 'pause', IGNORED],
  ['paused', 'trip', IGNORED],
  ['cancelled', 'cancel', IGNORED],
];

export type BatchMove = 'open' | 'observe' | 'reopen' | 'promote' | 'close' | 'fail' | 'cancel';

/** `fail` closes a batch that has more failures than it allows, past an operator's resume. */
const BATCH: readonly Row<BatchStatus, BatchMove>[] = [
  ['pending', 'open', 'running'],
  ['running', 'observe', 'observing'],
  ['observing', 'reopen', 'running'],
  ['observing', 'close', 'completed'],
  ['observing', 'fail', 'failed'],
  ['pending', 'cancel', 'cancelled'],
  ['running', 'cancel', 'cancelled'],
  ['observing', 'cancel', 'cancelled'],

  ['running', 'reopen', IGNORED],
  ['observing', 'promote', IGNORED],
  ['completed', 'promote', IGNORED],
  ['failed', 'promote', IGNORED],
];

export type TaskMove =
  | 'unskip'
  | 'release'
  | 'hold'
  | 'dispatch'
  | 'run'
  | 'prove'
  | 'fail'
  | 'retry'
  | 'regress'
  | 'reopen'
  | 'cancel';

/**
 * `unskip`: the instance has left the target before its release. `hold`: the plan paused before the dispatch.
 * `run`: the LCA reported it running. `prove`: the LCA said completed and the instance reported the target.
 * `retry`: the attempt failed and another is left. `regress`: a watched instance went bad. `reopen`: an
 * operator has the failed agents tried again.
 */
const TASK: readonly Row<TaskStatus, TaskMove>[] = [
  ['skipped', 'unskip', 'pending'],
  ['pending', 'release', 'queued'],
  ['queued', 'hold', 'pending'],
  ['queued', 'dispatch', 'dispatched'],
  ['queued', 'run', 'running'],
  ['dispatched', 'run', 'running'],
  ['queued', 'prove', 'completed'],
  ['dispatched', 'prove', 'completed'],
  ['running', 'prove', 'completed'],
  ['queued', 'fail', 'failed'],
  ['dispatched', 'fail', 'failed'],
  ['running', 'fail', 'failed'],
  ['queued', 'retry', 'pending'],
  ['dispatched', 'retry', 'pending'],
  ['running', 'retry', 'pending'],
  ['completed', 'regress', 'failed'],
  ['failed', 'reopen', 'pending'],
  ['pending', 'cancel', 'cancelled'],
  ['queued', 'cancel', 'cancelled'],
  ['dispatched', 'cancel', 'cancelled'],
  ['running', 'cancel', 'cancelled'],

  ['dispatched', 'dispatch', IGNORED],
  ['pending', 'run', IGNORED],
  ['running', 'run', IGNORED],
  ['completed', 'run', IGNORED],
  ['failed', 'run', IGNORED],
  ['skipped', 'run', IGNORED],
  ['pending', 'fail', IGNORED],
  ['completed', 'fail', IGNORED],
  ['failed', 'fail', IGNORED],
  ['skipped', 'fail', IGNORED],
  ['completed', 'cancel', IGNORED],
  ['failed', 'cancel', IGNORED],
  ['skipped', 'cancel', IGNORED],
];

/** Every row, by machine. */
export const TRANSITIONS = { plan: PLAN, batch: BATCH, task: TASK } as const;

interface Machines {
  plan: { state: PlanStatus; event: PlanMove };
  batch: { state: BatchStatus; event: BatchMove };
  task: { state: TaskStatus; event: TaskMove };
}

/**
 * The state that follows; the same one where the event is ignored.
 *
 * @throws IllegalTransition where the table has no such row
 */
export function transition<M extends keyof Machines>(
  machine: M,
  from: Machines[M]['state'],
  event: Machines[M]['event'],
): Machines[M]['state'] {
  const rows: readonly Row<string, string>[] = TRANSITIONS[machine];
  const row = rows.find(([state, name]) => state === from && name === event);
  if (row === undefined) throw new IllegalTransition(machine, from, event);
  return row[2] === IGNORED ? from : (row[2] as Machines[M]['state']);
}
