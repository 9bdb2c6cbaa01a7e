// Making a plan: reserve its id, claim every agent, write it, and only then show it. A process that dies in
// between leaves a reservation whose lease runs out; the claims of a plan that never came to be are void.
import { hasEnded, type Planned, type PlannedAgent, type PlanStatus, planUpgrade } from '@gradus/domain';
import type { Connection } from '@gradus/redis';
import { chunks } from './chunks.js';
import type { Clock } from './clock.js';
import { type Keys, planIndexEntry } from './keys.js';
import { type Conflict, type CreatePlanResult, type NewPlan, StoreUnavailable } from './port.js';
import { type AgentRecord, parseRecord, shownAgent } from './records.js';
import { type Scripts, unlessAway } from './scripts.js';
import { type StateRows, type StaticAgent, stateRow } from './stored.js';
import { freshTaskUuid } from './taskUuids.js';

const LEASE_MS = 120_000;
const AGENTS_A_COMMAND = 250;
const PLANS_REMEMBERED = 20;
const SHOWN_AT_MOST = 100;

export interface Making {
  connection: Connection;
  scripts: Scripts;
  keys: Keys;
  clock: Clock;
}

interface Member {
  agentId: string;
  ordinal: number;
}

/** The making took longer than its lease, and was cleared away. */
class ReservationLost extends Error {
  readonly code = 'reservation-lost';
  constructor(planId: string) {
    super(`the reservation of ${planId} ran out before it was published`);
    this.name = 'ReservationLost';
  }
}

interface Claimed {
  /** In the order of the agents that were asked for; null where the inventory does not know one. */
  records: (AgentRecord | null)[];
  conflicts: Conflict[];
}

/** Durable with every claim, or not there at all. */
export async function createPlan(making: Making, plan: NewPlan): Promise<CreatePlanResult> {
  const { connection, scripts, keys, clock } = making;
  const createdAt = clock.now();
  await unlessAway(connection.zadd(keys.activePlans, createdAt, plan.id));
  const reservation = { planId: plan.id, leaseUntil: createdAt + LEASE_MS };
  await scripts.run('reserve-plan', keys.planAll(plan.id), reservation);
  try {
    const claimed = await claimAgents(making, plan);
    const refusal = refusalOf(plan, claimed);
    if (refusal !== null) return await giveUp(making, plan, createdAt, refusal);
    const records = claimed.records.filter((record) => record !== null);
    const planned = planUpgrade(plan, records.map(shownAgent), plan.cut, freshTaskUuid);
    if (planned.outcome === 'version-mismatch') {
      const { agents } = planned;
      const refused = { ...planned, agents: agents.slice(0, SHOWN_AT_MOST), agentCount: agents.length };
      return await giveUp(making, plan, createdAt, refused);
    }
    await writeAgents(making, plan, planned.agents, records);
    await unlessAway(connection.zadd(keys.planIndex, 0, planIndexEntry(createdAt, plan.id)));
    await publish(making, plan, planned, createdAt);
    return { outcome: 'created' };
  } catch (error) {
    // Void already where Redis is away: the lease runs out.
    await abandon(making, plan, createdAt).catch(() => undefined);
    throw error;
  }
}

function refusalOf(plan: NewPlan, { records, conflicts }: Claimed): CreatePlanResult | null {
  const unknown = plan.agentIds.filter((_, index) => records[index] === null);
  if (unknown.length > 0) {
    const agentIds = unknown.slice(0, SHOWN_AT_MOST);
    return { outcome: 'unknown-agents', agentIds, agentCount: unknown.length };
  }
  if (conflicts.length > 0) {
    const shown = conflicts.slice(0, SHOWN_AT_MOST);
    return { outcome: 'agents-busy', conflicts: shown, conflictCount: conflicts.length };
  }
  return null;
}

async function giveUp(
  making: Making,
  plan: NewPlan,
  createdAt: number,
  refusal: CreatePlanResult,
): Promise<CreatePlanResult> {
  await abandon(making, plan, createdAt);
  return refusal;
}

async function abandon(
  { connection, scripts, keys, clock }: Making,
  plan: NewPlan,
  createdAt: number,
): Promise<void> {
  await scripts.run('abandon-plan', keys.planAll(plan.id), { now: clock.now(), force: true });
  await unlessAway(connection.zrem(keys.planIndex, planIndexEntry(createdAt, plan.id)));
  await unlessAway(connection.zrem(keys.activePlans, plan.id));
  const members = plan.agentIds.map((agentId) => ({ agentId }));
  await Promise.all(
    parts(keys, members).map(({ bucket, part }) => {
      const input = { planId: plan.id, agentIds: part.map(({ agentId }) => agentId) };
      return scripts.raw('free-agents', [keys.histories(bucket)], [JSON.stringify(input)]);
    }),
  );
}

/** The members by the bucket that they are in, in parts that one command takes. */
function parts<Member extends { agentId: string }>(keys: Keys, members: readonly Member[]) {
  const buckets = new Map<number, Member[]>();
  for (const member of members) {
    const bucket = keys.bucketOf(member.agentId);
    const others = buckets.get(bucket);
    if (others === undefined) buckets.set(bucket, [member]);
    else others.push(member);
  }
  return [...buckets].flatMap(([bucket, all]) =>
    chunks(all, AGENTS_A_COMMAND).map((part) => ({ bucket, part })),
  );
}

/** Claims what is free; then once more what plans hold that turn out to be over. */
async function claimAgents(making: Making, plan: NewPlan): Promise<Claimed> {
  const records: (AgentRecord | null)[] = new Array(plan.agentIds.length).fill(null);
  const members = plan.agentIds.map((agentId, ordinal) => ({ agentId, ordinal }));
  let held = await claimRound(making, plan, members, [], records);
  if (held.length > 0) {
    const holders = [...new Set(held.map(({ planId }) => planId))];
    const isOver = await Promise.all(holders.map((holder) => isVoid(making, holder)));
    const voidPlans = holders.filter((_, index) => isOver[index]);
    held = await claimRound(making, plan, held, voidPlans, records);
  }
  return { records, conflicts: held.map(({ agentId, planId }) => ({ agentId, planId })) };
}

/** @returns the members that another plan holds; the others are claimed, or the inventory does not know them */
async function claimRound(
  { scripts, keys }: Making,
  plan: NewPlan,
  members: readonly Member[],
  voidPlans: string[],
  records: (AgentRecord | null)[],
): Promise<(Member & { planId: string })[]> {
  const held: (Member & { planId: string })[] = [];
  const claims = parts(keys, members).map(async ({ bucket, part }) => {
    const claimed = part.map(({ agentId, ordinal }) => ({ agentId, ordinal }));
    const input = { planId: plan.id, agents: claimed, voidPlans, historyKept: PLANS_REMEMBERED };
    const bucketKeys = [keys.records(bucket), keys.histories(bucket)];
    const answers = await scripts.raw('claim-agents', bucketKeys, [JSON.stringify(input)]);
    for (const [index, [record, holder]] of (answers as [string, string][]).entries()) {
      const member = part[index];
      if (member === undefined || record === '') continue;
      records[member.ordinal] = parseRecord(record);
      if (holder !== '') held.push({ ...member, planId: holder });
    }
  });
  await Promise.all(claims);
  return held;
}

/** @returns whether the plan's claims count no more: it ended, was deleted or never came to be */
async function isVoid(making: Making, planId: string): Promise<boolean> {
  const status = await holdingStatus(making, planId);
  return status === null || (status !== 'creating' && hasEnded(status));
}

/**
 * The status of a plan that may hold agents; a broken-off making whose lease is over is cleared away first.
 *
 * @returns null where there is no such plan
 */
export async function holdingStatus(
  { connection, scripts, keys, clock }: Pick<Making, 'connection' | 'scripts' | 'keys' | 'clock'>,
  planId: string,
): Promise<PlanStatus | 'creating' | null> {
  const status = await unlessAway(connection.hget(keys.plan(planId, 'plan'), 'status'));
  if (status !== 'creating') return status as PlanStatus | null;
  const input = { now: clock.now(), force: false };
  const answer = await scripts.run<string>('abandon-plan', keys.planAll(planId), input);
  return answer === 'abandoned' ? null : 'creating';
}

async function writeAgents(
  { scripts, keys }: Making,
  plan: NewPlan,
  agents: PlannedAgent[],
  records: AgentRecord[],
): Promise<void> {
  const lines = agents.map((agent, ordinal) => ({
    ordinal,
    static: JSON.stringify(staticOf(agent)),
    state: JSON.stringify(stateOf(agent, records[ordinal])),
  }));
  const answers = await Promise.all(
    chunks(lines, AGENTS_A_COMMAND).map((part) =>
      scripts.run<string>('write-agents', keys.planAll(plan.id), { agents: part }),
    ),
  );
  if (answers.includes('abandoned')) throw new StoreUnavailable(new ReservationLost(plan.id));
}

function staticOf({ agentId, nodeUuid, lcaUuid, tasks }: PlannedAgent): StaticAgent {
  return [
    agentId,
    nodeUuid,
    lcaUuid,
    tasks.map((task) => [
      task.componentUuid,
      task.componentInstanceUuid,
      task.componentName,
      task.actualVersion,
      task.actualRelease,
    ]),
  ];
}

function stateOf({ tasks }: PlannedAgent, record: AgentRecord | undefined): StateRows {
  return tasks.map((task, index) => {
    const { status, lifecycleTaskUuid, runtimeStatus, actualVersion, actualRelease } = task;
    const factsAt = record?.components[index]?.factsAt ?? 0;
    return stateRow({
      status,
      lifecycleTaskUuid,
      attempt: 1,
      runtimeStatus,
      actualVersion,
      actualRelease,
      factsAt,
    });
  });
}

async function publish(
  { scripts, keys }: Making,
  plan: NewPlan,
  planned: Extract<Planned, { outcome: 'planned' }>,
  createdAt: number,
): Promise<void> {
  const { id: _, agentIds, cut: __, createdBy, ...given } = plan;
  const fields = {
    ...given,
    createdBy,
    createdAt,
    fromRelease: planned.fromRelease,
    batchCount: planned.batches.length,
    agentCount: agentIds.length,
  };
  const texts = Object.entries(fields).flatMap(([name, value]) =>
    value === null ? [] : [[name, String(value)] as const],
  );
  const answer = await scripts.run<string>('publish-plan', keys.planAll(plan.id), {
    now: createdAt,
    header: Object.fromEntries(texts),
    batches: planned.batches.map((batch) => JSON.stringify(batch)),
    actor: createdBy,
  });
  if (answer === 'abandoned') throw new StoreUnavailable(new ReservationLost(plan.id));
}
