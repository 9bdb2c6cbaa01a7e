// A plan in words.
import type { BatchSummary, PlanSummary, WaitingFor } from '@gradus/domain';
import { table } from './table.js';

/** The plan's state on one line. */
export function planLine(plan: PlanSummary): string {
  return `${plan.id}  ${stateText(plan)}`;
}

/** As in "running: 5 of 12 agents done, 1 failed; observed until …". */
export function stateText(plan: PlanSummary): string {
  return stateParts(plan).join('; ');
}

/** Where the plan stands, why it is paused, what it waits for, what went wrong: those that there are. */
export function stateParts(plan: PlanSummary): string[] {
  const { completed, skipped, agents, failed } = plan.counts;
  return [
    `${plan.status}: ${completed + skipped} of ${agents} agents done, ${failed} failed`,
    ...(plan.pauseReason === null ? [] : [plan.pauseReason]),
    ...(plan.waitingFor === null ? [] : [waitingText(plan.waitingFor, plan.status)]),
    ...(plan.error === null ? [] : [plan.error]),
  ];
}

/** The failures of a batch against its allowance. */
export function failuresText({ failedCount, allowedFailures, forgiven }: BatchSummary): string {
  const beyond = forgiven === 0 ? '' : ` beyond ${forgiven} forgiven`;
  return `${failedCount} failed of ${allowedFailures} allowed${beyond}`;
}

function waitingText({ reason, agents, since, until }: WaitingFor, status: PlanSummary['status']): string {
  const left = until === null ? '' : `, until ${until}`;
  switch (reason) {
    case 'operator':
      return `waits for ${status === 'paused' ? 'resume' : 'start'} since ${since}`;
    case 'start-at':
      return `starts at ${until}`;
    case 'rate-limit':
      return `waits for the dispatch rate: ${agents} agents`;
    case 'lca-check-in':
      return `waits for the LCAs of ${agents} agents to check in, since ${since}`;
    case 'outcome':
      return agents === 0
        ? `waits for the next attempt, at ${until}`
        : `waits for the outcome of ${agents} agents, the next one at the latest ${until}`;
    case 'observe':
      return `observed${left}`;
    case 'gate':
      return `waits for promote${left === '' ? '' : ` (observed${left})`}`;
  }
}

/** Everything that a summary says. */
export function planLines(plan: PlanSummary): string[] {
  const facts: [string, string | number | null][] = [
    ['id', plan.id],
    ['name', plan.name],
    ['upgrade', upgradeText(plan)],
    ['status', stateText(plan)],
    ['batch', plan.currentBatch],
    ['threshold', `${plan.failureThreshold}, then ${plan.onThreshold}`],
    ['concurrency', plan.concurrency],
    ['gate', plan.gate],
    ['observe', plan.observeDuration],
    ['task timeout', `${plan.taskTimeout}, attempts: ${plan.maxAttempts}`],
    ['created', `${plan.createdAt} by ${plan.createdBy}`],
    ['start at', plan.startAt],
    ['started', plan.startedAt],
    ['paused', plan.pausedAt],
    ['ended', plan.completedAt],
    ['source plan', plan.sourcePlanUuid],
    ['revision', plan.revision],
  ];
  return [...factLines(facts), '', ...batchLines(plan.batches)];
}

/** @returns a line for each fact that there is */
export function factLines(facts: readonly [string, string | number | null][]): string[] {
  const known = facts.filter(([, value]) => value !== null);
  return table(
    ['', ''],
    known.map(([name, value]) => [name, String(value)]),
  ).slice(1);
}

export function upgradeText(plan: PlanSummary): string {
  const version = (name: string | null, release: string | null) =>
    `${name ?? 'what each ran before'}${release === null ? '' : ` (release ${release})`}`;
  return `${version(plan.fromVersion, plan.fromRelease)} to ${version(plan.toVersion, plan.toRelease)}`;
}

function batchLines(batches: readonly BatchSummary[]): string[] {
  const head = [
    'batch',
    'status',
    'agents',
    'done',
    'running',
    'failed',
    'allowed',
    'forgiven',
    'unconfirmed',
  ];
  return table(
    head,
    batches.map(({ batchIndex, status, counts, failedCount, allowedFailures, forgiven, unconfirmed }) =>
      [
        batchIndex,
        status,
        counts.agents,
        counts.completed + counts.skipped,
        counts.running,
        failedCount,
        allowedFailures,
        forgiven,
        unconfirmed,
      ].map(String),
    ),
  );
}
