// Plans, as the workers drive them: each step is one script.
import { type BatchStatus, hasEnded, ITSELF, type Snapshot, type TaskOrder } from '@gradus/domain';
import { holdingStatus } from './claims.js';
import { deleteEndedBefore } from './deletePlan.js';
import { readUnannounced, unannouncedCount } from './events.js';
import { planIndexEntry } from './keys.js';
import {
  type ActivePlan,
  type AppliedReport,
  type DispatchOrder,
  type Effects,
  NewerPlan,
  type PauseKind,
  type PlanSteps,
} from './port.js';
import { isNewerSchema } from './schema.js';
import {
  type Fields,
  fieldsOf,
  gateOf,
  instant,
  numberOrNull,
  planStatusOf,
  type StoredBatch,
  storedCounts,
} from './stored.js';
import { unlessAway } from './storeFaults.js';
import type { StoreParts } from './storeParts.js';
import { rollBackByThreshold } from './successors.js';
import { freshTaskUuids } from './uuids.js';
import { withdrawTasks } from './withdrawals.js';

/** A control plane that has not swept for this long was away: devices are not to pay for it. */
const AWAY_MS = 30_000;
/** So many deadlines are judged in one step. */
const JUDGED_AT_ONCE = 50;

const LISTED_OF_PLAN = [
  'schema',
  'currentBatch',
  'startAt',
  'autoStart',
  'pauseKind',
  'resumedAt',
  'revision',
  'announcedRevision',
];
const LISTED_OF_BATCH = ['status', 'startedAt', 'lastOutcomeAt'];

/** @returns since when the plan's batch, where it has agents to upgrade, has had no outcome */
function silentSince(plan: Fields, batch: Fields): number | null {
  if (batch['status'] !== 'running') return null;
  return Math.max(
    Number(batch['startedAt']),
    Number(batch['lastOutcomeAt'] ?? 0),
    Number(plan['resumedAt'] ?? 0),
  );
}

interface RawSnapshot {
  plan: Fields;
  planned: StoredBatch;
  batch: Fields;
  open: number;
  returned: number;
  nextReturnAt?: number;
  nextDeadlineAt?: number;
  nextOutboxAt?: number;
  withdrawals: number;
}

/** Scripts leave out empty lists: Lua cannot tell them from empty objects. */
type Raw<Answer> = Omit<Answer, 'released' | 'overdue' | 'mailbox'> & {
  released?: DispatchOrder[];
  overdue?: DispatchOrder[];
  mailbox?: AppliedReport['mailbox'];
};

function effectsOf(raw: Raw<Effects>): Effects {
  return { released: raw.released ?? [], lookNow: raw.lookNow };
}

function snapshotOf({ plan, planned, batch, ...raw }: RawSnapshot): Snapshot {
  const counts = storedCounts(planned, batch);
  return {
    plan: {
      status: planStatusOf(plan),
      batchCount: Number(plan['batchCount']),
      currentBatch: Number(plan['currentBatch']),
      gate: gateOf(plan),
      failureThreshold: Number(plan['failureThreshold']),
      concurrency: Number(plan['concurrency']),
      observeMs: Number(plan['observeMs']),
      startAt: numberOrNull(plan['startAt']),
      autoStart: plan['autoStart'] === 'true',
      isRollingBack: plan['pauseKind'] === 'rollback',
      resumedAt: numberOrNull(plan['resumedAt']),
    },
    batch: {
      status: (batch['status'] ?? ('status' in planned ? planned.status : 'pending')) as BatchStatus,
      counts,
      allowedFailures: Number(batch['allowedFailures'] ?? 0),
      open: raw.open,
      unreleased: counts.agents - Number(batch['cursor'] ?? 0),
      returned: raw.returned,
      nextReturnAt: raw.nextReturnAt ?? null,
      nextDeadlineAt: raw.nextDeadlineAt ?? null,
      nextOutboxAt: raw.nextOutboxAt ?? null,
      sweptAt: numberOrNull(batch['sweptAt']),
      lastOutcomeAt: numberOrNull(batch['lastOutcomeAt']),
      observingUntil: numberOrNull(batch['observingUntil']),
      promoted: batch['promoted'] !== undefined,
    },
    withdrawals: raw.withdrawals,
    unannounced: unannouncedCount(plan),
  };
}

/** A newer version's plan that has ended waits for nothing that an LCA could still say. */
function falseWhereEnded(error: unknown): false {
  if (error instanceof NewerPlan && hasEnded(error.status)) return false;
  throw error;
}

export function createSteps(parts: StoreParts): PlanSteps {
  const { connection, scripts, keys } = parts;
  const { retryBaseMs, retryMaxMs } = parts.timing;
  const retries = { retryBaseMs, retryMaxMs };
  const run = <Answer>(name: Parameters<typeof scripts.run>[0], planId: string, input: object) =>
    scripts.run<Answer>(name, keys.planAll(planId), input);

  const readFields = async (key: string, names: readonly string[]): Promise<Fields> =>
    fieldsOf(names, await unlessAway(connection.hmget(key, ...names)));

  const listActive: PlanSteps['listActive'] = async () => {
    const planIds = await unlessAway(connection.zrange(keys.activePlans, '0', '-1'));
    const known: ActivePlan[] = [];
    const newer: NewerPlan[] = [];
    await Promise.all(
      planIds.map(async (planId) => {
        const status = await holdingStatus(parts, planId);
        if (status === null) await removeNeverMade(planId);
        if (status === null || status === 'creating') return;
        const [plan, batch] = await Promise.all([
          readFields(keys.plan(planId, 'plan'), LISTED_OF_PLAN),
          readFields(keys.plan(planId, 'batch'), LISTED_OF_BATCH),
        ]);
        const { schema } = plan;
        if (isNewerSchema(schema)) newer.push(new NewerPlan(planId, Number(schema), status));
        else {
          known.push({
            planId,
            status,
            currentBatch: Number(plan['currentBatch']),
            startAt: numberOrNull(plan['startAt']),
            autoStart: plan['autoStart'] === 'true',
            pausedBy: status === 'paused' ? ((plan['pauseKind'] ?? null) as PauseKind | null) : null,
            silentSince: status === 'running' ? silentSince(plan, batch) : null,
            unannounced: unannouncedCount(plan),
          });
        }
      }),
    );
    return { known, newer };
  };

  /** A making enters the list before it reserves its plan: only one that is old was surely broken off. */
  async function removeNeverMade(planId: string): Promise<void> {
    const createdAt = await unlessAway(connection.zscore(keys.activePlans, planId));
    if (createdAt === null || Number(createdAt) + AWAY_MS > parts.clock.now()) return;
    await unlessAway(connection.zrem(keys.planIndex, planIndexEntry(Number(createdAt), planId)));
    await unlessAway(connection.zrem(keys.activePlans, planId));
  }

  return {
    listActive,
    snapshot: async (planId) => {
      const raw = await run<RawSnapshot | false>('read-snapshot', planId, {});
      return raw === false ? null : snapshotOf(raw);
    },
    startPlan: async (planId, now) => {
      await run('start-plan', planId, { now, actor: ITSELF });
    },
    openBatch: async (planId, batchIndex, { failureThreshold, allowedFailures }, now) => {
      const limit = { failureThreshold: failureThreshold.toString(), allowedFailures };
      await run('open-batch', planId, { now, batchIndex, ...limit });
    },
    releaseAgents: async (planId, batchIndex, now) =>
      effectsOf(await run<Raw<Effects>>('release-agents', planId, { now, batchIndex })),
    sweepBatch: async (planId, batchIndex, now, until) => {
      const limits = { ...retries, awayMs: AWAY_MS, freshTaskUuids: freshTaskUuids(JUDGED_AT_ONCE) };
      const input = { now, batchIndex, ...until, ...limits };
      const raw = await run<Raw<Effects>>('sweep-batch', planId, input);
      return { ...effectsOf(raw), overdue: raw.overdue ?? [] };
    },
    observeBatch: async (planId, batchIndex, observingUntil, now) => {
      await run('observe-batch', planId, { now, batchIndex, observingUntil });
    },
    closeBatch: async (planId, batchIndex, { event, failed }, now) => {
      await run('close-batch', planId, { now, batchIndex, event, failed });
    },
    withdrawTasks: (planId) => withdrawTasks(parts, planId),
    unannounced: (planId) => readUnannounced(parts, planId),
    noteAnnounced: async (planId, upTo) => {
      await run('note-announced', planId, upTo);
    },
    rollBackPlan: (planId, now) => rollBackByThreshold(parts, planId, now),
    retirePlan: async (planId) => {
      const endedAt = await unlessAway(connection.hget(keys.plan(planId, 'plan'), 'completedAt'));
      if (endedAt !== null) await unlessAway(connection.zadd(keys.endedPlans, endedAt, planId));
      await unlessAway(connection.zrem(keys.activePlans, planId));
    },
    deleteEndedBefore: (instantMs) => deleteEndedBefore(parts, instantMs),
    dispatchTask: async ({ planId, lifecycleTaskUuid, outboxEntry }, now) => {
      const input = { now, lifecycleTaskUuid, outboxEntry };
      const answer = await run<(Omit<TaskOrder, 'deadline'> & { deadlineMs: number }) | false>(
        'dispatch-task',
        planId,
        input,
      );
      if (answer === false) return null;
      const { deadlineMs, ...task } = answer;
      return { ...task, deadline: instant(deadlineMs) ?? '' };
    },
    clearOutbox: async ({ planId, outboxEntry }) => {
      await unlessAway(connection.zrem(keys.plan(planId, 'outbox'), outboxEntry));
    },
    applyReport: async ({ planId, ...report }) => {
      const input = {
        ...report,
        ...retries,
        freshTaskUuids: freshTaskUuids(report.tasks.length + report.components.length),
      };
      const raw = await run<Raw<AppliedReport> | false>('apply-report', planId, input).catch(falseWhereEnded);
      if (raw === false) return null;
      return { ...effectsOf(raw), mailbox: raw.mailbox ?? [], batchIndex: raw.batchIndex };
    },
  };
}
