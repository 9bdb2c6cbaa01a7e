// Brings a plan to where it should be: decide, do, and decide anew until nothing is left to do now.
import { type Command, decide, judges, type Snapshot } from '@gradus/domain';
import type { Effects } from '@gradus/store';
import { inSpan } from '@gradus/traces';
import type { Deps } from './deps.js';
import { announceEvents } from './webhooks/announce.js';

/** A plan of many empty batches comes back for the rest. */
const ROUNDS_AT_MOST = 100;

/** From a task's release to the moment at which its job is in the queue: in which others may have overtaken it. */
const ENQUEUED_WITHIN_MS = 10_000;

export type Advanced =
  /** The plan is not there, or needs no more looking at. */
  | { outcome: 'retired' }
  /** `lookAgainAt`: milliseconds since 1970, null where only a command can move it on. */
  | { outcome: 'waiting'; batchIndex: number; lookAgainAt: number | null };

/** Takes every step that is due. Repeated, or at the same time as another, it does nothing twice. */
export async function advance(deps: Deps, planId: string): Promise<Advanced> {
  const { store } = deps;
  for (let round = 0; ; round += 1) {
    const read = await store.steps.snapshot(planId);
    if (read === null) return { outcome: 'retired' };
    const snapshot = deps.webhooks.endpoints.length > 0 ? read : { ...read, unannounced: 0 };
    const now = store.now();
    const appliedUntil = await reportsAppliedUntil(deps, snapshot, now);
    const { commands, lookAgainAt } = decide(snapshot, now, appliedUntil);
    const batchIndex = snapshot.plan.currentBatch;
    if (commands.length === 0) return { outcome: 'waiting', batchIndex, lookAgainAt };
    if (round === ROUNDS_AT_MOST) return { outcome: 'waiting', batchIndex, lookAgainAt: now };
    for (const command of commands) {
      await inSpan(command.type, { planId, batchIndex }, () =>
        carryOut(deps, planId, batchIndex, command, now),
      );
      if (command.type === 'retire-plan') return { outcome: 'retired' };
    }
  }
}

/** Up to when every report that was taken is applied; 0 where nothing is to be judged that takes to know it. */
async function reportsAppliedUntil({ queues }: Deps, snapshot: Snapshot, now: number): Promise<number> {
  if (!judges(snapshot, now)) return 0;
  const waitingSince = await queues.oldestWaitingReport();
  return waitingSince === null ? now : waitingSince - 1;
}

/** Up to when every task that was released has had its turn to be dispatched. */
async function dispatchedUntil({ queues }: Deps, now: number): Promise<number> {
  const waitingSince = await queues.oldestWaitingDispatch();
  return waitingSince === null ? now : waitingSince - ENQUEUED_WITHIN_MS;
}

async function carryOut(
  deps: Deps,
  planId: string,
  batchIndex: number,
  command: Command,
  now: number,
): Promise<void> {
  const { steps } = deps.store;
  deps.logger.debug({ planId, batchIndex, command: command.type }, 'step');
  switch (command.type) {
    case 'start-plan':
      return steps.startPlan(planId, now);
    case 'open-batch':
      return steps.openBatch(planId, batchIndex, command, now);
    case 'release-agents':
      return dispatch(deps, await steps.releaseAgents(planId, batchIndex, now));
    case 'sweep-batch': {
      const until = { judgeUntil: command.judgeUntil, dispatchedUntil: await dispatchedUntil(deps, now) };
      const swept = await steps.sweepBatch(planId, batchIndex, now, until);
      await deps.queues.redispatchTasks(swept.overdue);
      return dispatch(deps, swept);
    }
    case 'observe-batch':
      return steps.observeBatch(planId, batchIndex, command.observingUntil, now);
    case 'close-batch':
      return steps.closeBatch(planId, batchIndex, command, now);
    case 'roll-back-plan': {
      const rollbackPlanId = await steps.rollBackPlan(planId, now);
      if (rollbackPlanId !== null) await deps.queues.startPlan(rollbackPlanId, 0);
      return;
    }
    case 'withdraw-tasks': {
      const pushed = await steps.withdrawTasks(planId);
      await Promise.all(pushed.map(deps.tellPushed));
      return;
    }
    case 'announce-events':
      return announceEvents(deps, planId);
    case 'retire-plan':
      return steps.retirePlan(planId);
  }
}

async function dispatch({ queues }: Deps, { released }: Effects): Promise<void> {
  if (released.length > 0) await queues.dispatchTasks(released);
}
