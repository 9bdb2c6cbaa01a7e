// What should happen now to a plan: a pure function of its state and the time.
import { allowedFailures } from './allowedFailures.js';
import type { BatchStatus } from './batch.js';
import type { AgentCounts } from './counts.js';
import { type Gate, hasEnded, type PlanStatus } from './plan.js';

/** The plan's header and its current batch's numbers; never its tasks. Instants are milliseconds since 1970. */
export interface Snapshot {
  plan: {
    status: PlanStatus;
    batchCount: number;
    currentBatch: number;
    gate: Gate;
    failureThreshold: number;
    concurrency: number;
    observeMs: number;
    startAt: number | null;
    autoStart: boolean;
    /** Its threshold paused it, and it is to be rolled back. */
    isRollingBack: boolean;
    /** When it was last resumed. */
    resumedAt: number | null;
  };
  batch: {
    status: BatchStatus;
    counts: AgentCounts;
    allowedFailures: number;
    /** Agents with a task that is queued, dispatched or running. */
    open: number;
    /** Agents that were not looked at for release yet. */
    unreleased: number;
    /** Agents that are pending again: after a pause, or between two attempts. */
    returned: number;
    /** When the first of those is due. */
    nextReturnAt: number | null;
    nextDeadlineAt: number | null;
    /** When the first task that should have been dispatched meanwhile is looked at again. */
    nextOutboxAt: number | null;
    sweptAt: number | null;
    lastOutcomeAt: number | null;
    observingUntil: number | null;
    promoted: boolean;
  };
  /** Lifecycle tasks that their LCAs are still to be told to drop. */
  withdrawals: number;
  /** Events of the plan and its batches that somebody is still to be told of. */
  unannounced: number;
}

export type Command =
  | { type: 'start-plan' }
  | { type: 'open-batch'; failureThreshold: number; allowedFailures: number }
  | { type: 'sweep-batch'; judgeUntil: number }
  | { type: 'release-agents' }
  | { type: 'observe-batch'; observingUntil: number }
  | { type: 'close-batch'; event: 'close' | 'fail'; failed: number }
  | { type: 'roll-back-plan' }
  | { type: 'withdraw-tasks' }
  | { type: 'announce-events' }
  | { type: 'retire-plan' };

export interface Decision {
  /** What to do, in this order; then decide anew. */
  commands: Command[];
  /** When to look again though nothing woke it; null where only a command can move the plan on, or nothing can. */
  lookAgainAt: number | null;
}

/**
 * A deadline is judged this long after it passed: a report that the api took before it has reached its queue by
 * then, or was refused.
 */
export const JUDGE_GRACE_MS = 5_000;

/** A batch is looked at this often, whatever happens. */
export const LOOK_EVERY_MS = 5_000;

/** Where a judgement waits for reports to be applied, it is looked at again no sooner than this. */
export const JUDGE_AGAIN_MS = 20;
/** Nor sooner than this part of the time for which it has been due: a report that waits for long goes on to. */
const JUDGE_AGAIN_PART = 1 / 20;

/**
 * @param appliedUntil no report that was taken up to this instant waits to be applied: neither a deadline nor an
 *   observe window is judged past it
 * @returns the commands that bring the plan to where it should be at `now`
 */
export function decide(snapshot: Snapshot, now: number, appliedUntil: number): Decision {
  const { plan, batch } = snapshot;
  const commands: Command[] = snapshot.withdrawals > 0 ? [{ type: 'withdraw-tasks' }] : [];
  if (snapshot.unannounced > 0) commands.push({ type: 'announce-events' });
  if (hasEnded(plan.status)) {
    if (commands.length === 0) commands.push({ type: 'retire-plan' });
    return { commands, lookAgainAt: null };
  }
  if (plan.status === 'pending') {
    const startAt = plan.autoStart ? (plan.startAt ?? now) : null;
    if (startAt !== null && now >= startAt) commands.push({ type: 'start-plan' });
    return { commands, lookAgainAt: startAt };
  }
  const instants = [now + LOOK_EVERY_MS];
  const step = batchStep(snapshot, now, appliedUntil);
  if (step !== null) commands.push(step);
  const judgeAt = batch.nextDeadlineAt === null ? null : batch.nextDeadlineAt + JUDGE_GRACE_MS;
  for (const at of [batch.nextReturnAt, judgeAt, batch.observingUntil]) {
    if (at !== null && at > now) instants.push(at);
  }
  // The queue of reports takes about as long to get there as it is behind.
  const dueSince = judgementDueSince(snapshot, now);
  if (dueSince !== null && dueSince > appliedUntil) {
    const againMs = Math.max(dueSince - appliedUntil, JUDGE_AGAIN_MS, (now - dueSince) * JUDGE_AGAIN_PART);
    instants.push(now + Math.round(againMs));
  }
  return { commands, lookAgainAt: Math.min(...instants) };
}

function batchStep({ plan, batch }: Snapshot, now: number, appliedUntil: number): Command | null {
  const running = plan.status === 'running';
  if (batch.status === 'pending') {
    if (!running) return null;
    return {
      type: 'open-batch',
      failureThreshold: plan.failureThreshold,
      allowedFailures: allowedFailures(plan.failureThreshold, batch.counts.agents),
    };
  }
  if (batch.status !== 'running' && batch.status !== 'observing') return null;
  const judgeUntil = Math.min(now - JUDGE_GRACE_MS, appliedUntil);
  if (isSweepDue(batch, now, judgeUntil)) return { type: 'sweep-batch', judgeUntil };
  if (plan.isRollingBack && batch.open === 0) return { type: 'roll-back-plan' };
  if (!running) return null;
  return batch.status === 'running'
    ? runningStep({ plan, batch }, now)
    : observingStep({ plan, batch }, now, appliedUntil);
}

/** Whether deciding takes to know which reports wait: something may be judged that they could speak against. */
export function judges(snapshot: Snapshot, now: number): boolean {
  return judgementDueSince(snapshot, now) !== null;
}

/** @returns since when a deadline or the observe window is to be judged, null where neither is */
function judgementDueSince({ plan, batch }: Snapshot, now: number): number | null {
  const { nextDeadlineAt, observingUntil } = batch;
  if (nextDeadlineAt !== null && nextDeadlineAt <= now - JUDGE_GRACE_MS) return nextDeadlineAt;
  const closes = plan.status === 'running' && batch.status === 'observing';
  return closes && observingUntil !== null && observingUntil <= now ? observingUntil : null;
}

function isSweepDue(batch: Snapshot['batch'], now: number, judgeUntil: number): boolean {
  return (
    now >= (batch.sweptAt ?? 0) + LOOK_EVERY_MS ||
    (batch.nextDeadlineAt !== null && batch.nextDeadlineAt <= judgeUntil) ||
    (batch.nextOutboxAt !== null && batch.nextOutboxAt <= now)
  );
}

function runningStep({ plan, batch }: Pick<Snapshot, 'plan' | 'batch'>, now: number): Command | null {
  const isDue = batch.unreleased > 0 || (batch.nextReturnAt !== null && batch.nextReturnAt <= now);
  if (isDue && batch.open < plan.concurrency) return { type: 'release-agents' };
  if (batch.unreleased > 0 || batch.returned > 0 || batch.open > 0) return null;
  const nothingDone = batch.counts.skipped === batch.counts.agents;
  const from = Math.max(batch.lastOutcomeAt ?? now, plan.resumedAt ?? 0);
  return { type: 'observe-batch', observingUntil: nothingDone ? now : from + plan.observeMs };
}

function observingStep(
  { plan, batch }: Pick<Snapshot, 'plan' | 'batch'>,
  now: number,
  appliedUntil: number,
): Command | null {
  const isLast = plan.currentBatch === plan.batchCount - 1;
  if (!batch.promoted) {
    if (batch.observingUntil === null || Math.min(now, appliedUntil) < batch.observingUntil) return null;
    const nothingDone = batch.counts.skipped === batch.counts.agents;
    if (plan.gate === 'manual' && !isLast && !nothingDone) return null;
  }
  const { failed } = batch.counts;
  return { type: 'close-batch', event: failed > batch.allowedFailures ? 'fail' : 'close', failed };
}
