// Holds a plan against the fleet's own books.
import type { Batch, Plan, PlanTask } from '@gradus/domain';
import type { Books } from './books.js';
import type { Loss } from './inject.js';
import type { Watched } from './operator.js';
import type { Fate, Scenario } from './scenario.js';

/**
 * Between an answer's instant and that of the report within it lies the answer's way; and the processes' clocks agree
 * to within this.
 */
const CLOCKS_AGREE_MS = 500;

export interface Verdict {
  /** What must never be. */
  faults: string[];
  /** What must not be either, unless Redis' own state was set back: `everysec` and a Redis that died. */
  exceptions: string[];
  /** Regresses that surely counted, and those that came too late or too near the window's end to tell. */
  regresses: { sure: number; open: number };
}

interface Case {
  plan: Plan;
  books: Books;
  fates: Scenario['fates'];
  losses: readonly Loss[];
  verdict: Verdict;
}

/** @param losses of the run: when something acknowledged may have gone */
export function judge(
  { plan, upgrade, trip, lost }: Watched,
  books: Books,
  fates: Scenario['fates'],
  losses: readonly Loss[],
): Verdict {
  const verdict: Verdict = { faults: [], exceptions: [...lost], regresses: { sure: 0, open: 0 } };
  if (plan === null) return verdict;
  const of: Case = { plan, books, fates, losses, verdict };
  const say = (what: string) => verdict.faults.push(`"${upgrade.name}" (${plan.id}): ${what}`);

  if (!expectedStatuses(upgrade.intervention).includes(plan.status)) {
    say(`is ${plan.status}, and should be ${expectedStatuses(upgrade.intervention).join(' or ')}`);
  }
  for (const batch of plan.batches) {
    judgeCounts(batch, say);
    for (const task of batch.tasks) {
      judgeAttempts(of, task, upgrade.maxAttempts);
      judgeTask(of, batch, task, say);
    }
  }
  judgeOrder(plan, books, say);
  const held = books.maxHeld(upgrade.agentIds);
  if (held > upgrade.concurrency) {
    verdict.exceptions.push(`"${upgrade.name}": ${held} agents at once, ${upgrade.concurrency} allowed`);
  }
  if (upgrade.intervention.endsWith('after-trip') && trip === null) say('never tripped');
  if (trip !== null) {
    const agents = new Set(upgrade.agentIds);
    const released = books.taken.filter(
      ({ agentId, takenAt, lifecycleTaskUuid }) =>
        agents.has(agentId) &&
        takenAt > trip.from &&
        takenAt < trip.until &&
        !trip.openBefore.has(lifecycleTaskUuid),
    );
    for (const { agentId } of released) {
      verdict.exceptions.push(`"${upgrade.name}": ${agentId} was released after the trip`);
    }
  }
  return verdict;
}

function expectedStatuses(intervention: Watched['upgrade']['intervention']): string[] {
  if (intervention === 'cancel-after-trip') return ['cancelled'];
  // It may have been over by then.
  return intervention === 'cancel' ? ['cancelled', 'completed'] : ['completed'];
}

function judgeCounts(batch: Batch, say: (what: string) => void): void {
  const { batchIndex, tasks, counts, failedCount, allowedFailures, status } = batch;
  for (const state of ['completed', 'failed', 'cancelled', 'pending', 'running'] as const) {
    const found = tasks.filter((task) => task.status === state).length;
    if (counts[state] !== found)
      say(`batch ${batchIndex} counts ${counts[state]} ${state}, and has ${found}`);
  }
  if (failedCount !== counts.failed)
    say(`batch ${batchIndex}: failedCount ${failedCount}, not ${counts.failed}`);
  if (status !== 'completed' && status !== 'failed') return;
  const expected = failedCount > allowedFailures ? 'failed' : 'completed';
  if (status !== expected)
    say(`batch ${batchIndex} is ${status} with ${failedCount} of ${allowedFailures} failures`);
}

/** One uuid an attempt, one attempt after the other. */
function judgeAttempts({ books, verdict }: Case, { agentId }: PlanTask, maxAttempts: number): void {
  const attempts = books.takenBy(agentId).map(({ attempt }) => attempt);
  if (attempts.some((attempt, index) => attempt !== index + 1)) {
    verdict.exceptions.push(`${agentId} was handed the attempts ${attempts.join(', ')}`);
  }
  if (attempts.length > maxAttempts) {
    verdict.exceptions.push(`${agentId} was upgraded ${attempts.length} times, ${maxAttempts} allowed`);
  }
}

function judgeTask(of: Case, batch: Batch, task: PlanTask, say: (what: string) => void): void {
  const { agentId, status, error, attempt } = task;
  const why = (fault: string) =>
    say(`${agentId} is ${status} (attempt ${attempt}, ${error ?? 'no error'}): ${fault}`);
  for (const fault of faultsOfTask(of, batch, task)) why(fault);
}

function faultsOfTask(of: Case, batch: Batch, task: PlanTask): string[] {
  const { agentId, status, attempt, lifecycleTaskUuid } = task;
  const fate = of.fates.get(agentId);
  const last = of.books.takenBy(agentId).at(-1);
  if (fate === undefined) return ['it has no fate'];
  if (of.plan.status === 'cancelled' && status === 'cancelled') {
    return last !== undefined && last.outcome === null ? ['its LCA was never told, and goes on'] : [];
  }
  if (status !== 'completed' && status !== 'failed') return ['it has no end'];
  if (last === undefined) return ['its LCA was never handed a task'];
  const faults: string[] = [];
  if (last.lifecycleTaskUuid !== lifecycleTaskUuid) faults.push(`its LCA had ${last.lifecycleTaskUuid} last`);
  if (attempt !== fate.failsFirst + 1) faults.push(`attempt ${fate.failsFirst + 1} is its last one`);
  if (last.outcome !== (fate.ending === 'fail' ? 'failed' : 'completed')) {
    faults.push(`its LCA says ${last.outcome}`);
  }
  if (fate.ending === 'regress') return [...faults, ...faultsOfRegress(of, batch, task)];
  if (status !== statusOf(fate)) faults.push(`its LCA meant it to ${fate.ending}`);
  return faults;
}

function statusOf({ ending }: Fate): 'completed' | 'failed' {
  return ending === 'complete' ? 'completed' : 'failed';
}

/** It counts where it was heard of before its batch closed. */
function faultsOfRegress(
  { books, losses, verdict }: Case,
  batch: Batch,
  { agentId, status }: PlanTask,
): string[] {
  const news = books.badNewsOf(agentId);
  const closedAt = Date.parse(batch.completedAt ?? '') || Number.POSITIVE_INFINITY;
  const windowEndsAt = Date.parse(batch.observingUntil ?? '') || closedAt;
  if (status === 'failed') {
    verdict.regresses.sure += 1;
    const wasSaid = news.some(({ sentAt }) => sentAt <= closedAt + CLOCKS_AGREE_MS);
    return wasSaid ? [] : ['nobody had said that it crashed'];
  }
  const heard = news.find(
    ({ sentAt, ackedAt }) =>
      ackedAt !== null &&
      ackedAt < windowEndsAt - CLOCKS_AGREE_MS &&
      !losses.some(({ at }) => at >= sentAt && at <= closedAt),
  );
  if (heard !== undefined) {
    const earlyMs = windowEndsAt - (heard.ackedAt ?? 0);
    return [`its crash was acknowledged ${earlyMs} ms before the window's end`];
  }
  verdict.regresses.open += 1;
  return [];
}

/** No batch begins before its forerunner's agents have ended. */
function judgeOrder({ batches }: Plan, books: Books, say: (what: string) => void): void {
  for (const [index, { agentIds }] of batches.entries()) {
    const ahead = batches[index - 1];
    const began = Math.min(
      ...agentIds.flatMap((agentId) => books.takenBy(agentId).map(({ takenAt }) => takenAt)),
    );
    if (ahead === undefined || !Number.isFinite(began)) continue;
    const late = ahead.agentIds.filter((agentId) =>
      books.takenBy(agentId).some(({ endedAt }) => endedAt === null || endedAt > began),
    );
    if (late.length > 0) say(`batch ${index} began before ${late.join(', ')} had ended`);
  }
}
