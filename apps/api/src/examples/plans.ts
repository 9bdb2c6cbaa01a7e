// Examples of plans, as they are shown.
import type { Batch, Forecast, Plan, PlanHeader, PlanSummary } from '@gradus/domain';
import { headOf, tailOf } from '../planFields.js';
import type { Examples } from '../schemas/content.js';
import { batchOf, EXAMPLE_BATCHES, summaryOf } from './batches.js';

export const EXAMPLE_PLAN_ID = 'plan-a1b2c3d4-e5f6-7890-abcd-ef1234567890';

const { pending, running } = EXAMPLE_BATCHES;

const NEW: PlanHeader = {
  id: EXAMPLE_PLAN_ID,
  name: 'Upgrade agents to v1.3.0',
  fromVersion: '1.2.0',
  toVersion: '1.3.0',
  fromRelease: '215',
  toRelease: '221',
  failureThreshold: 0.1,
  concurrency: 5,
  status: 'pending',
  currentBatch: 0,
  createdBy: 'admin',
  createdAt: '2026-01-15T08:00:00.000Z',
  startedAt: null,
  pausedAt: null,
  pauseReason: null,
  completedAt: null,
  sourcePlanUuid: null,
  error: null,
  observeDuration: '10m',
  revision: 1,
  startAt: null,
  gate: 'auto',
  taskTimeout: '30m',
  maxAttempts: 1,
  onThreshold: 'pause',
  waitingFor: null,
  counts: pending.counts,
};

const PAUSED: PlanHeader = {
  ...NEW,
  status: 'paused',
  startedAt: '2026-01-15T08:00:00.090Z',
  pausedAt: '2026-01-15T08:30:00.216Z',
  pauseReason:
    'Failure threshold exceeded: 1 of 2 failed, 0 allowed; most frequent: upgrade failed: timeout (1)',
  revision: 4,
  waitingFor: { reason: 'operator', agents: null, since: '2026-01-15T08:30:00.216Z', until: null },
  counts: running.counts,
};

const FOLLOWING = {
  id: 'plan-0f9e8d7c-6b5a-4433-a211-00ffeeddccbb',
  createdAt: '2026-01-15T12:00:00.000Z',
  sourcePlanUuid: EXAMPLE_PLAN_ID.replace('plan-', ''),
};

function planOf(header: PlanHeader, batch: Batch): Plan {
  return { ...headOf(header), batches: [batch], ...tailOf(header) };
}

function planSummaryOf(header: PlanHeader, batch: Batch): PlanSummary {
  return { ...headOf(header), batches: [summaryOf(batch)], ...tailOf(header) };
}

/** @returns what an operation that makes the plan answers */
function answersOf(header: PlanHeader, batch: Batch): Examples<Plan | PlanSummary> {
  return {
    plan: { summary: 'The whole plan', value: planOf(header, batch) },
    summary: { summary: 'With `Prefer: return=minimal`', value: planSummaryOf(header, batch) },
  };
}

export const EXAMPLE_SUMMARY = planSummaryOf(PAUSED, running);

export const STARTED_SUMMARY = planSummaryOf(
  { ...NEW, status: 'running', startedAt: PAUSED.startedAt, revision: 2 },
  pending,
);

export const PLAN_ANSWERS: Examples<Plan | PlanSummary> = {
  plan: { summary: 'The whole plan', value: planOf(PAUSED, running) },
  summary: { summary: 'With `view=summary`', value: EXAMPLE_SUMMARY },
};

const FORECAST: Forecast = {
  batchCount: 1,
  agentCount: 2,
  taskCount: 2,
  allowedFailures: [0],
  worstCaseAgentsHarmed: 2,
  fastestDuration: 'PT10M',
};

export const CREATE_ANSWERS: Examples<(Plan | PlanSummary) & { forecast?: Forecast }> = {
  ...answersOf(NEW, pending),
  preview: { summary: 'With `dryRun=true`', value: { ...planOf(NEW, pending), forecast: FORECAST } },
};

const ofOne = (agentId: string) => {
  const batch = batchOf(agentId);
  return { batch, header: { ...NEW, ...FOLLOWING, counts: batch.counts } };
};

const retry = ofOne('item2');
export const RETRY_ANSWERS = answersOf({ ...retry.header, name: `Retry of ${NEW.name}` }, retry.batch);

const back = ofOne('item1');
export const ROLLBACK_ANSWERS = answersOf(
  {
    ...back.header,
    name: `Rollback of ${NEW.name}`,
    fromVersion: '1.3.0',
    toVersion: '1.2.0',
    fromRelease: '221',
    toRelease: '215',
  },
  {
    ...back.batch,
    tasks: back.batch.tasks.map((task) => ({
      ...task,
      actualVersion: '1.3.0',
      actualRelease: '221',
      previousVersion: '1.3.0',
      previousRelease: '221',
    })),
  },
);
