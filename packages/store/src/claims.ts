// Which plan holds an agent: the newest in the agent's history, for as long as that plan has not ended. So the
// claims of a plan are void by its own end, whoever dies on the way; nothing has to be freed.
import { hasEnded, type PlanStatus } from '@gradus/domain';
import pMap from 'p-map';
import { type BucketPart, byBucket } from './buckets.js';
import type { Conflict } from './port.js';
import { type AgentRecord, parseRecord } from './records.js';
import { isNewerSchema } from './schema.js';
import { unlessAway } from './storeFaults.js';
import type { StoreParts } from './storeParts.js';

/** An agent's history is rewritten at each claim: it is not to grow for ever. */
const PLANS_REMEMBERED = 1_000;
const CLAIMS_AT_ONCE = 16;

interface Member {
  agentId: string;
  ordinal: number;
}

type Held = Member & { planId: string };

export interface Claimed {
  /** In the order of the agents that were asked for; null where the inventory does not know one. */
  records: (AgentRecord | null)[];
  conflicts: Conflict[];
}

/**
 * The status of a plan that may hold agents; a broken-off making whose lease is over is cleared away first, unless
 * it is a newer version's: that holds its agents until such a one clears it away.
 *
 * @returns null where there is no such plan
 */
export async function holdingStatus(
  { connection, scripts, keys, clock }: StoreParts,
  planId: string,
): Promise<PlanStatus | 'creating' | null> {
  const [status, schema] = await unlessAway(connection.hmget(keys.plan(planId, 'plan'), 'status', 'schema'));
  if (status !== 'creating' || isNewerSchema(schema))
    return (status ?? null) as PlanStatus | 'creating' | null;
  const input = { now: clock.now(), force: false };
  const answer = await scripts.run<string>('abandon-plan', keys.planAll(planId), input);
  return answer === 'abandoned' ? null : 'creating';
}

/** @returns whether the plan's claims count no more: it ended, was deleted or never came to be */
export async function isVoid(parts: StoreParts, planId: string): Promise<boolean> {
  const status = await holdingStatus(parts, planId);
  return status === null || (status !== 'creating' && hasEnded(status));
}

/**
 * Claims what is free; then once more what plans hold that turn out to be over.
 *
 * @param yielding plans whose claims count no more though they have not ended
 */
export async function claimAgents(
  parts: StoreParts,
  planId: string,
  agentIds: readonly string[],
  yielding: readonly string[],
): Promise<Claimed> {
  const records: (AgentRecord | null)[] = new Array(agentIds.length).fill(null);
  const members = agentIds.map((agentId, ordinal) => ({ agentId, ordinal }));
  let held = await claimRound(parts, planId, members, yielding, records);
  if (held.length > 0) {
    const holders = [...new Set(held.map((member) => member.planId))];
    const isOver = await Promise.all(holders.map((holder) => isVoid(parts, holder)));
    const voidPlans = [...yielding, ...holders.filter((_, index) => isOver[index])];
    held = await claimRound(parts, planId, held, voidPlans, records);
  }
  const inOrder = held.toSorted((a, b) => a.ordinal - b.ordinal);
  return {
    records,
    conflicts: inOrder.map((member) => ({ agentId: member.agentId, planId: member.planId })),
  };
}

/** @returns the members that another plan holds; the others are claimed, or the inventory does not know them */
async function claimRound(
  { scripts, keys }: StoreParts,
  planId: string,
  members: readonly Member[],
  voidPlans: readonly string[],
  records: (AgentRecord | null)[],
): Promise<Held[]> {
  const held: Held[] = [];
  const claim = async ({ bucket, part }: BucketPart<Member>) => {
    const agents = part.map(({ agentId, ordinal }) => ({ agentId, ordinal }));
    const input = { planId, agents, voidPlans, historyKept: PLANS_REMEMBERED };
    const bucketKeys = [keys.records(bucket), keys.histories(bucket)];
    const answers = await scripts.raw('claim-agents', bucketKeys, [JSON.stringify(input)]);
    for (const [index, [record, holder]] of (answers as [string, string][]).entries()) {
      const member = part[index];
      if (member === undefined || record === '') continue;
      records[member.ordinal] = parseRecord(record);
      if (holder !== '') held.push({ ...member, planId: holder });
    }
  };
  await pMap(byBucket(keys, members), claim, { concurrency: CLAIMS_AT_ONCE });
  return held;
}

/** Takes a plan that never came to be out of its agents' histories. */
export async function freeAgents(
  { scripts, keys }: StoreParts,
  planId: string,
  agentIds: readonly string[],
): Promise<void> {
  const members = agentIds.map((agentId) => ({ agentId }));
  const free = ({ bucket, part }: BucketPart<{ agentId: string }>) => {
    const input = { planId, agentIds: part.map(({ agentId }) => agentId) };
    return scripts.raw('free-agents', [keys.histories(bucket)], [JSON.stringify(input)]);
  };
  await pMap(byBucket(keys, members), free, { concurrency: CLAIMS_AT_ONCE });
}
