// A plan as it would be made: planned and judged like any other, and nothing of it written.
import {
  addCounts,
  forecast,
  hasEnded,
  NO_AGENTS,
  type Planned,
  type PlanSummary,
  targetsOf,
  waitingFor,
} from '@gradus/domain';
import pMap from 'p-map';
import { type BucketPart, byBucket } from './buckets.js';
import type { Claimed } from './claims.js';
import {
  demandOf,
  headerFields,
  prepare,
  stateOf,
  staticOf,
  unknownReleases,
  upgradeOf,
} from './createPlan.js';
import type { NewPlan, OpenedBatch, PreviewResult } from './port.js';
import { type AgentRecord, parseRecord } from './records.js';
import { missingReleases } from './releases.js';
import { isNewerSchema } from './schema.js';
import { batchSummaryOf, type Fields, headerOf, planStatusOf, tasksOf } from './stored.js';
import { unlessAway } from './storeFaults.js';
import type { StoreParts } from './storeParts.js';

const READS_AT_ONCE = 16;

/** What publishing and the first event make of a header. */
const PUBLISHED: Fields = { status: 'pending', currentBatch: '0', revision: '1' };

/** @throws StoreUnavailable */
export async function previewPlan(parts: StoreParts, plan: NewPlan): Promise<PreviewResult> {
  const making = upgradeOf(plan);
  const prepared = await prepare(making, await lookUp(parts, plan.agentIds));
  if (prepared.outcome !== 'planned') return prepared;
  const { planned, records } = prepared;
  const targets = targetsOf(planned.agents, plan);
  const unknown = unknownReleases(await missingReleases(parts, targets, demandOf(parts, making)));
  if (unknown !== null) return unknown;
  const createdAt = parts.clock.now();
  const fields = { ...headerFields(making, planned, createdAt), ...PUBLISHED };
  const summary = summaryOf(plan, planned, fields, createdAt);
  return {
    outcome: 'previewed',
    summary,
    batches: batchesOf(fields, planned, records, summary),
    forecast: forecast({
      ...plan,
      batches: planned.batches,
      taskCount: planned.agents.reduce((sum, { tasks }) => sum + tasks.length, 0),
    }),
  };
}

/** What claiming would find. */
async function lookUp(parts: StoreParts, agentIds: readonly string[]): Promise<Claimed> {
  const { connection, keys } = parts;
  const records: (AgentRecord | null)[] = new Array(agentIds.length).fill(null);
  const heads: (string | null)[] = new Array(agentIds.length).fill(null);
  const members = agentIds.map((agentId, ordinal) => ({ agentId, ordinal }));
  const read = async ({ bucket, part }: BucketPart<(typeof members)[number]>) => {
    const ids = part.map(({ agentId }) => agentId);
    const [texts, histories] = await Promise.all([
      unlessAway(connection.hmget(keys.records(bucket), ...ids)),
      unlessAway(connection.hmget(keys.histories(bucket), ...ids)),
    ]);
    for (const [index, { ordinal }] of part.entries()) {
      const text = texts[index] ?? null;
      if (text === null) continue;
      records[ordinal] = parseRecord(text);
      heads[ordinal] = histories[index]?.split(' ')[0] || null;
    }
  };
  await pMap(byBucket(keys, members), read, { concurrency: READS_AT_ONCE });
  const holders = [...new Set(heads.filter((head) => head !== null))];
  const holds = await Promise.all(holders.map((planId) => isHolding(parts, planId)));
  const holding = new Set(holders.filter((_, index) => holds[index]));
  const conflicts = heads.flatMap((planId, ordinal) => {
    const agentId = agentIds[ordinal];
    return planId !== null && agentId !== undefined && holding.has(planId) ? [{ agentId, planId }] : [];
  });
  return { records, conflicts };
}

/** Other than by a claim, a making that broke off is left for others to clear away. */
async function isHolding({ connection, keys, clock }: StoreParts, planId: string): Promise<boolean> {
  const [status = null, leaseUntil, schema] = await unlessAway(
    connection.hmget(keys.plan(planId, 'plan'), 'status', 'leaseUntil', 'schema'),
  );
  if (status === null) return false;
  if (status !== 'creating') return !hasEnded(planStatusOf({ status }));
  return isNewerSchema(schema) || Number(leaseUntil) >= clock.now();
}

function summaryOf(
  { gate, startAt, autoStart }: NewPlan,
  planned: Extract<Planned, { outcome: 'planned' }>,
  fields: Fields,
  createdAt: number,
): PlanSummary {
  const batches = planned.batches.map((batch, index) => batchSummaryOf(fields, index, batch, {}, 0));
  const counts = batches.map((batch) => batch.counts).reduce(addCounts, NO_AGENTS);
  const waiting = waitingFor({
    plan: {
      status: 'pending',
      gate,
      startAt,
      autoStart,
      currentBatch: 0,
      batchCount: batches.length,
      createdAt,
      pausedAt: null,
    },
    batch: { status: 'pending', open: 0, observingUntil: null, nextReturnAt: null, nextDeadlineAt: null },
    unanswered: 0,
    unansweredSince: null,
  });
  return { ...headerOf(fields, counts, waiting), batches };
}

async function* batchesOf(
  fields: Fields,
  planned: Extract<Planned, { outcome: 'planned' }>,
  records: readonly AgentRecord[],
  { batches }: PlanSummary,
): AsyncGenerator<OpenedBatch> {
  function* tasksFrom(first: number, agents: typeof planned.agents) {
    for (const [offset, agent] of agents.entries()) {
      yield* tasksOf(fields, staticOf(agent), stateOf(agent, records[first + offset]));
    }
  }
  for (const [index, { first, size }] of planned.batches.entries()) {
    const summary = batches[index];
    if (summary === undefined) continue;
    const agents = planned.agents.slice(first, first + size);
    yield {
      ...summary,
      agentIds: agents.map(({ agentId }) => agentId),
      tasks: tasksFrom(first, agents),
    };
  }
}
