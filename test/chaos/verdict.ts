// Holds a plan against the fleet's own books.
import type { Batch, Plan, PlanTask } from '@gradus/domain';
import { type Books, FROM, type Taken } from './books.js';
import type { Loss } from './inject.js';
import type { Watched } from './operator.js';
import type { Fate, PlannedUpgrade, Scenario } from './scenario.js';

/**
 * Between an answer's instant and that of the report within it lies the answer's way; and the processes' clocks agree
 * to within this.
 */
const CLOCKS_AGREE_MS = 500;
/** An agent is in the first of these that one of its tasks is in; queued and dispatched ones run. */
const AGENT_STATES = ['failed', 'running', 'cancelled', 'pending', 'completed', 'skipped'] as const;

/** What surely counted, and what came too late, or too near the instant that mattered, to tell. */
interface Sureness {
  sure: number;
  open: number;
}

export interface Verdict {
  /** What must never be. */
  faults: string[];
  /** What must not be either, unless Redis' own state was set back: `everysec` and a Redis that died. */
  exceptions: string[];
  regresses: Sureness;
  timeouts: Sureness;
}

interface Case {
  plan: Plan;
  upgrade: PlannedUpgrade;
  books: Books;
  fates: Scenario['fates'];
  losses: readonly Loss[];
  verdict: Verdict;
}

/** @param losses of the run: when something acknowledged may have gone */
export function judge(
  { plan, upgrade, trip, lost, wayBack }: Watched,
  books: Books,
  fates: Scenario['fates'],
  losses: readonly Loss[],
): Verdict {
  const verdict: Verdict = {
    ...{ faults: [], exceptions: [...lost] },
    ...{ regresses: { sure: 0, open: 0 }, timeouts: { sure: 0, open: 0 } },
  };
  if (plan === null) return verdict;
  const of: Case = { plan, upgrade, books, fates, losses, verdict };
  const say = (what: string) => verdict.faults.push(`"${upgrade.name}" (${plan.id}): ${what}`);

  const expected = expectedStatuses(upgrade);
  if (!expected.includes(plan.status)) say(`is ${plan.status}, and should be ${expected.join(' or ')}`);
  for (const batch of plan.batches) {
    judgeCounts(batch, say);
    for (const task of batch.tasks) {
      judgeAttempts(of, task);
      for (const fault of faultsOfTask(of, batch, task)) {
        const { agentId, status, attempt, error } = task;
        say(`${agentId} is ${status} (attempt ${attempt}, ${error ?? 'no error'}): ${fault}`);
      }
    }
  }
  judgeOrder(of, say);
  judgeHeld(of);
  const mustTrip = upgrade.intervention.endsWith('after-trip');
  if (mustTrip && trip === null) say('never tripped');
  if (trip !== null) judgeTrip(of, trip);
  if (upgrade.onThreshold === 'rollback') judgeWayBack(of, wayBack, say);
  return verdict;
}

function expectedStatuses({ intervention, onThreshold }: PlannedUpgrade): string[] {
  if (onThreshold === 'rollback') return ['failed'];
  if (intervention === 'cancel-after-trip') return ['cancelled'];
  // It may have been over by then.
  return intervention === 'cancel' ? ['cancelled', 'completed'] : ['completed'];
}

function judgeCounts(batch: Batch, say: (what: string) => void): void {
  const { batchIndex, agentIds, tasks, counts, failedCount, allowedFailures, status } = batch;
  const states = agentIds.map((agentId) => {
    const own = tasks.filter((task) => task.agentId === agentId).map((task) => stateOf(task));
    return AGENT_STATES.find((state) => own.includes(state));
  });
  for (const state of AGENT_STATES) {
    const found = states.filter((one) => one === state).length;
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

function stateOf({ status }: PlanTask): (typeof AGENT_STATES)[number] {
  return status === 'queued' || status === 'dispatched' ? 'running' : status;
}

/** One uuid an attempt, one attempt after the other. */
function judgeAttempts({ books, verdict, upgrade }: Case, task: PlanTask): void {
  const { agentId, componentInstanceUuid } = task;
  const attempts = books.takenBy(componentInstanceUuid).map(({ attempt }) => attempt);
  if (attempts.some((attempt, index) => attempt !== index + 1)) {
    verdict.exceptions.push(`${agentId} was handed the attempts ${attempts.join(', ')}`);
  }
  if (attempts.length > upgrade.maxAttempts) {
    verdict.exceptions.push(
      `${agentId} was upgraded ${attempts.length} times, ${upgrade.maxAttempts} allowed`,
    );
  }
}

function faultsOfTask(of: Case, batch: Batch, task: PlanTask): string[] {
  const { plan, losses, verdict } = of;
  const { status, attempt, lifecycleTaskUuid, componentInstanceUuid } = task;
  const fate = of.fates.get(componentInstanceUuid);
  const last = of.books.takenBy(componentInstanceUuid).at(-1);
  if (fate === undefined) return ['it has no fate'];
  if (status === 'cancelled') return faultsOfCancelled(of, last);
  if (status !== 'completed' && status !== 'failed') return ['it has no end'];
  if (last === undefined) return ['its LCA was never handed a task'];
  const faults: string[] = [];
  if (last.lifecycleTaskUuid !== lifecycleTaskUuid) faults.push(`its LCA had ${last.lifecycleTaskUuid} last`);
  if (attempt !== fate.failsFirst + 1) faults.push(`attempt ${fate.failsFirst + 1} is its last one`);
  if (timedOut(task)) return [...faults, ...faultsOfTimeout(of, task, fate, last)];
  if (plan.status === 'cancelled' && last.outcome === 'cancelled' && losses.some(({ ofState }) => ofState)) {
    verdict.exceptions.push(`${task.agentId} was told to cancel, and counts as ${status}`);
    return faults;
  }
  if (last.outcome !== (fate.ending === 'fail' ? 'failed' : 'completed')) {
    faults.push(`its LCA says ${last.outcome}`);
  }
  if (wentBackUnnoticed(of, task)) {
    verdict.exceptions.push(`${task.agentId} was on its way back, and counts as failed`);
    return faults;
  }
  if (fate.ending === 'regress') return [...faults, ...faultsOfRegress(of, batch, task)];
  if (status !== (fate.ending === 'complete' ? 'completed' : 'failed')) {
    faults.push(`its LCA meant it to ${fate.ending}`);
  }
  return faults;
}

/** Where Redis forgot the plan of the way back, what runs the old version again has left the target. */
function wentBackUnnoticed({ plan, books, losses }: Case, task: PlanTask): boolean {
  const { status, actualVersion, componentInstanceUuid } = task;
  if (plan.status !== 'failed' || status !== 'failed' || actualVersion !== FROM.version) return false;
  return books
    .backBy(componentInstanceUuid)
    .some(({ takenAt }) => losses.some(({ at, ofState }) => ofState && at >= takenAt));
}

function faultsOfCancelled({ plan, verdict }: Case, last: Taken | undefined): string[] {
  if (plan.status === 'cancelled') {
    return last?.outcome === null ? ['its LCA was never told, and goes on'] : [];
  }
  if (plan.status !== 'failed') return ['nobody cancelled it'];
  // What was handed out before the threshold tripped has an outcome.
  if (last !== undefined)
    verdict.exceptions.push(`${last.agentId} was handed a task, and shows as cancelled`);
  return [];
}

function timedOut({ status, error }: PlanTask): boolean {
  return status === 'failed' && error === 'upgrade failed: timeout';
}

/** A report that was taken before the deadline wins. */
function faultsOfTimeout(of: Case, task: PlanTask, fate: Fate, last: Taken): string[] {
  const { upgrade, losses, verdict } = of;
  if (fate.ending === 'silent') {
    verdict.timeouts.sure += 1;
    return last.outcome === 'cancelled' ? [] : [`its LCA, which was silent, says ${last.outcome}`];
  }
  const dispatchedAt = Date.parse(task.dispatchedAt ?? '');
  const deadline = dispatchedAt + upgrade.taskTimeoutS * 1_000;
  const { endedAt, endAckedAt } = last;
  const isSure =
    endedAt !== null &&
    endAckedAt !== null &&
    endAckedAt < deadline - CLOCKS_AGREE_MS &&
    !losses.some(({ at }) => at >= dispatchedAt && at <= deadline);
  if (isSure) return [`its end was acknowledged ${deadline - endAckedAt} ms before its deadline`];
  verdict.timeouts.open += 1;
  return [];
}

/** It counts where it was heard of before its batch closed. */
function faultsOfRegress({ books, losses, verdict }: Case, batch: Batch, task: PlanTask): string[] {
  const news = books.badNewsOf(task.componentInstanceUuid);
  const closedAt = Date.parse(batch.completedAt ?? '') || Number.POSITIVE_INFINITY;
  const windowEndsAt = Date.parse(batch.observingUntil ?? '') || closedAt;
  if (task.status === 'failed') {
    verdict.regresses.sure += 1;
    const wasSaid = news.some(({ sentAt }) => sentAt <= closedAt + CLOCKS_AGREE_MS);
    return wasSaid ? [] : ['nobody had said that it crashed'];
  }
  // A cancel waits for no report that is still to be applied.
  if (batch.status === 'cancelled') {
    verdict.regresses.open += 1;
    return [];
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

/** Agents whose LCAs are told to cancel only when others have taken their place. */
function timedOutAgents(plan: Plan): Set<string> {
  const tasks = plan.batches.flatMap((batch) => batch.tasks);
  return new Set(tasks.filter(timedOut).map(({ agentId }) => agentId));
}

/** No batch begins before its forerunner's agents have ended. */
function judgeOrder({ plan, books }: Case, say: (what: string) => void): void {
  const excused = timedOutAgents(plan);
  const takenOf = new Map<string, Taken[]>();
  for (const one of books.taken) takenOf.set(one.agentId, [...(takenOf.get(one.agentId) ?? []), one]);
  for (const [index, { agentIds }] of plan.batches.entries()) {
    const ahead = plan.batches[index - 1];
    const began = Math.min(
      ...agentIds.flatMap((agentId) => (takenOf.get(agentId) ?? []).map(({ takenAt }) => takenAt)),
    );
    if (ahead === undefined || !Number.isFinite(began)) continue;
    const late = ahead.agentIds.filter(
      (agentId) =>
        !excused.has(agentId) &&
        takenOf.get(agentId)?.some(({ endedAt }) => endedAt === null || endedAt > began),
    );
    if (late.length > 0) say(`batch ${index} began before ${late.join(', ')} had ended`);
  }
}

function judgeHeld({ plan, upgrade, books, verdict }: Case): void {
  const excused = timedOutAgents(plan);
  const held = books.maxHeld(upgrade.agentIds.filter((agentId) => !excused.has(agentId)));
  if (held > upgrade.concurrency) {
    verdict.exceptions.push(`"${upgrade.name}": ${held} agents at once, ${upgrade.concurrency} allowed`);
  }
}

/** Nothing is handed out after the trip but what was open before it. */
function judgeTrip({ upgrade, books, verdict }: Case, trip: NonNullable<Watched['trip']>): void {
  const agents = new Set(upgrade.agentIds);
  for (const { agentId, takenAt, lifecycleTaskUuid } of books.taken) {
    const isWithin = takenAt > trip.from && takenAt < trip.until;
    if (!agents.has(agentId) || !isWithin || trip.openBefore.has(lifecycleTaskUuid)) continue;
    verdict.exceptions.push(`"${upgrade.name}": ${agentId} was released after the trip`);
  }
}

/** Just the instances that were upgraded go back, each once, and all of them arrive; without any there is no way back. */
function judgeWayBack(
  { plan, books, verdict, upgrade, losses }: Case,
  wayBack: Plan | null,
  say: (what: string) => void,
): void {
  if (wayBack !== null && wayBack.status !== 'completed') say(`its way back is ${wayBack.status}`);
  const upgraded = plan.batches
    .flatMap((batch) => batch.tasks)
    .filter(({ status }) => status === 'completed')
    .map(({ componentInstanceUuid }) => componentInstanceUuid);
  const tasks = (wayBack?.batches ?? []).flatMap((batch) => batch.tasks);
  const going = new Map(tasks.map((task) => [task.componentInstanceUuid, task]));
  const isForgetful = losses.some(({ ofState }) => ofState);
  const hasCompleted = (taken: Taken[]) => taken.some(({ outcome }) => outcome === 'completed');
  for (const instance of upgraded) {
    if (going.has(instance)) continue;
    if (isForgetful && hasCompleted(books.backBy(instance))) {
      verdict.exceptions.push(`"${upgrade.name}": ${instance} was led back by a plan that is forgotten`);
    } else say(`${instance} was upgraded, and stays where it is`);
  }
  for (const [instance, { status, actualVersion }] of going) {
    const times = books.backBy(instance).length;
    const isBack = status === 'completed' && actualVersion === FROM.version && times > 0;
    if (!upgraded.includes(instance)) {
      if (isForgetful && hasCompleted(books.takenBy(instance))) {
        verdict.exceptions.push(`"${upgrade.name}": ${instance} goes back from an upgrade that is forgotten`);
      } else say(`${instance} was not upgraded, and goes back`);
    }
    if (!isBack) say(`${instance} is ${status} on ${actualVersion}, handed its way back ${times} times`);
    // Where Redis forgot the plan of the way back, it was made anew.
    else if (times > 1) {
      verdict.exceptions.push(`"${upgrade.name}": ${instance} was handed its way back ${times} times`);
    }
  }
}
