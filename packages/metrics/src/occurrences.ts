// What this process' steps have brought about: events of plans, and what became of attempts at tasks.
import { EVENT_TYPES } from '@gradus/domain';
import { FAILURE_REASONS, type Occurrence, PAUSE_KINDS } from '@gradus/store';
import { Counter, Histogram, type Registry } from 'prom-client';

/** Devices download and restart: minutes, and now and then hours. */
const UPGRADE_SECONDS = [1, 5, 15, 30, 60, 120, 300, 600, 1_200, 1_800, 3_600, 7_200, 21_600, 86_400];
const DISPATCH_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 30, 60, 300, 900, 3_600];

/** Of an attempt that did not fail. */
const NO_REASON = 'none';

const OUTCOMES = {
  'task.completed': 'completed',
  'task.failed': 'failed',
  'task.retried': 'retried',
} as const;

/** @returns what is to be told of each */
export function createOccurrenceMetrics(registry: Registry): (occurrence: Occurrence) => void {
  const registers = [registry];
  const events = new Counter({
    name: 'gradus_plan_events_total',
    help: 'Events of plans and their batches, counted by the process whose step they were',
    labelNames: ['type'],
    registers,
  });
  for (const type of EVENT_TYPES) if (!type.startsWith('task.')) events.inc({ type }, 0);
  const pauses = new Counter({
    name: 'gradus_plan_pauses_total',
    help: 'Pauses of plans: by an operator, the emergency stop, or the threshold (with or without a rollback)',
    labelNames: ['by'],
    registers,
  });
  for (const by of PAUSE_KINDS) pauses.inc({ by }, 0);
  const outcomes = new Counter({
    name: 'gradus_task_outcomes_total',
    help: 'Attempts at tasks that ended; retried: it failed and another follows; a regressed one had completed before',
    labelNames: ['outcome', 'reason'],
    registers,
  });
  outcomes.inc({ outcome: 'completed', reason: NO_REASON }, 0);
  for (const reason of FAILURE_REASONS) {
    outcomes.inc({ outcome: 'failed', reason }, 0);
    if (reason !== 'regressed') outcomes.inc({ outcome: 'retried', reason }, 0);
  }
  const dispatchWait = new Histogram({
    name: 'gradus_task_dispatch_wait_seconds',
    help: 'From the release of a task until its LCA could take it: its wait for the rate limit',
    buckets: DISPATCH_SECONDS,
    registers,
  });
  const attempt = new Histogram({
    name: 'gradus_task_duration_seconds',
    help: 'From the dispatch of an attempt at a task until its outcome',
    labelNames: ['outcome'],
    buckets: UPGRADE_SECONDS,
    registers,
  });
  const whole = new Histogram({
    name: 'gradus_task_release_to_outcome_seconds',
    help: 'From the release of an attempt at a task until its outcome, the wait for the rate limit included',
    labelNames: ['outcome'],
    buckets: UPGRADE_SECONDS,
    registers,
  });
  for (const outcome of Object.values(OUTCOMES)) {
    attempt.zero({ outcome });
    whole.zero({ outcome });
  }

  return (occurrence) => {
    switch (occurrence.type) {
      case 'task.dispatched':
        return observe(dispatchWait, {}, occurrence.sinceReleaseMs);
      case 'task.completed':
      case 'task.failed':
      case 'task.retried': {
        const outcome = OUTCOMES[occurrence.type];
        outcomes.inc({ outcome, reason: occurrence.reason ?? NO_REASON });
        observe(attempt, { outcome }, occurrence.sinceDispatchMs);
        return observe(whole, { outcome }, occurrence.sinceReleaseMs);
      }
      case 'plan.paused':
        pauses.inc({ by: occurrence.by });
        return events.inc({ type: occurrence.type });
      default:
        return events.inc({ type: occurrence.type });
    }
  };
}

/** Two processes' clocks may differ by some milliseconds. */
function observe<Label extends string>(
  histogram: Histogram<Label>,
  labels: Partial<Record<Label, string>>,
  ms: number | undefined,
): void {
  if (ms !== undefined) histogram.observe(labels, Math.max(0, ms) / 1_000);
}
