// A plan's header, its batches and what it waits for, read at one moment: never its tasks.
import {
  addCounts,
  type BatchSummary,
  NO_AGENTS,
  type PlanSummary,
  type Waiting,
  type WaitingFor,
  waitingFor,
} from '@gradus/domain';
import type { Connection } from '@gradus/redis';
import type { Keys } from './keys.js';
import type { ReadPlan } from './port.js';
import {
  batchSummaryOf,
  type Fields,
  fieldsOf,
  gateOf,
  headerOf,
  isVisible,
  numberOrNull,
  planStatusOf,
  READABLE_NEEDS,
  type StoredBatch,
} from './stored.js';
import { unlessAway } from './storeFaults.js';
import { transact } from './transact.js';

interface WholePlan {
  plan: Fields;
  batches: Fields;
  /** The open batch's numbers. */
  open: Fields;
  heard: number;
  slots: Pick<Waiting, 'unanswered' | 'unansweredSince'> &
    Pick<Waiting['batch'], 'open' | 'nextReturnAt' | 'nextDeadlineAt'>;
}

/** @returns null where there is no such plan to be seen */
async function readWholePlan(connection: Connection, keys: Keys, planId: string): Promise<WholePlan | null> {
  const key = (part: Parameters<typeof keys.plan>[1]) => keys.plan(planId, part);
  const earliest = (part: Parameters<typeof keys.plan>[1]) => ['zrange', key(part), 0, 0, 'withscores'];
  const [plan, batches, open, heard, slots, unanswered, ...firsts] = await transact(connection, [
    ['hgetall', key('plan')],
    ['hgetall', key('batches')],
    ['hgetall', key('batch')],
    ['scard', key('heard')],
    ['scard', key('open')],
    ['zcard', key('unanswered')],
    earliest('unanswered'),
    earliest('returned'),
    earliest('deadlines'),
  ]);
  if (!isVisible(plan as Fields)) return null;
  const [unansweredSince = null, nextReturnAt = null, nextDeadlineAt = null] = firsts.map(scoreOfFirst);
  return {
    plan: plan as Fields,
    batches: batches as Fields,
    open: open as Fields,
    heard: Number(heard),
    slots: {
      open: Number(slots),
      unanswered: Number(unanswered),
      unansweredSince,
      nextReturnAt,
      nextDeadlineAt,
    },
  };
}

/** @param members of a sorted set with their scores, nested or flat as the protocol has it */
function scoreOfFirst(members: unknown): number | null {
  const [, score] = (members as unknown[]).flat();
  return score === undefined ? null : Number(score);
}

function summariesOf({ plan, batches, open, heard }: WholePlan): BatchSummary[] {
  const current = Number(plan['currentBatch']);
  return Array.from({ length: Number(plan['batchCount']) }, (_, index) => {
    const stored = JSON.parse(batches[index] ?? '') as StoredBatch;
    return batchSummaryOf(plan, index, stored, index === current ? open : {}, heard);
  });
}

function waitingForOf({ plan, open, slots }: WholePlan, batches: BatchSummary[]): WaitingFor | null {
  const currentBatch = Number(plan['currentBatch']);
  const { unanswered, unansweredSince, ...batch } = slots;
  return waitingFor({
    plan: {
      status: planStatusOf(plan),
      gate: gateOf(plan),
      startAt: numberOrNull(plan['startAt']),
      autoStart: plan['autoStart'] === 'true',
      currentBatch,
      batchCount: batches.length,
      createdAt: Number(plan['createdAt']),
      pausedAt: numberOrNull(plan['pausedAt']),
    },
    batch: {
      ...batch,
      status: batches[currentBatch]?.status ?? 'pending',
      observingUntil: numberOrNull(open['observingUntil']),
    },
    unanswered,
    unansweredSince,
  });
}

const TAG_NEEDS = [...READABLE_NEEDS, 'changes', 'changedAt'];

function tagOf(plan: Fields): string {
  return `W/"${plan['changes']}.${plan['changedAt'] ?? ''}"`;
}

/** @returns null where there is no such plan to be seen */
export async function readTag(connection: Connection, keys: Keys, planId: string): Promise<string | null> {
  const plan = fieldsOf(
    TAG_NEEDS,
    await unlessAway(connection.hmget(keys.plan(planId, 'plan'), ...TAG_NEEDS)),
  );
  return isVisible(plan) ? tagOf(plan) : null;
}

/** @returns null where there is no such plan to be seen */
export async function readSummary(
  connection: Connection,
  keys: Keys,
  planId: string,
): Promise<ReadPlan<PlanSummary> | null> {
  const whole = await readWholePlan(connection, keys, planId);
  if (whole === null) return null;
  const batches = summariesOf(whole);
  const counts = batches.map((batch) => batch.counts).reduce(addCounts, NO_AGENTS);
  const header = headerOf(whole.plan, counts, waitingForOf(whole, batches));
  return { plan: { ...header, batches }, etag: tagOf(whole.plan) };
}
