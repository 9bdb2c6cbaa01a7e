// Deleting an ended plan: its keys in one step, then its places in the indexes.
import { planIndexEntry } from './keys.js';
import { type CommandResult, NewerPlan } from './port.js';
import { unlessAway } from './storeFaults.js';
import type { StoreParts } from './storeParts.js';
import { withdrawTasks } from './withdrawals.js';

const DELETED_AT_ONCE = 20;

/** @param ifRevision the plan's revision by the client's word */
export async function deletePlan(
  parts: StoreParts,
  planId: string,
  ifRevision?: number,
): Promise<CommandResult> {
  const { connection, scripts, keys } = parts;
  for (;;) {
    const createdAt = await unlessAway(connection.hget(keys.plan(planId, 'plan'), 'createdAt'));
    const result = await scripts.run<CommandResult | { outcome: 'withdraw-first' }>(
      'delete-plan',
      keys.planAll(planId),
      { ifRevision },
    );
    if (result.outcome === 'withdraw-first') await withdrawTasks(parts, planId);
    else {
      if (result.outcome === 'done') await unindex(parts, planId, Number(createdAt));
      return result;
    }
  }
}

async function unindex({ connection, keys }: StoreParts, planId: string, createdAt: number): Promise<void> {
  await unlessAway(connection.zrem(keys.planIndex, planIndexEntry(createdAt, planId)));
  await unlessAway(connection.zrem(keys.activePlans, planId));
  await unlessAway(connection.zrem(keys.endedPlans, planId));
}

/** Deletes plans that ended before that instant, some at a time; a newer version's are kept. @returns which */
export async function deleteEndedBefore(parts: StoreParts, instantMs: number): Promise<string[]> {
  const { connection, keys } = parts;
  const until = instantMs.toString();
  const deleted: string[] = [];
  let gone = 0;
  let kept = 0;
  for (;;) {
    const wanted = DELETED_AT_ONCE - gone;
    const planIds = await unlessAway(
      connection.zrange(keys.endedPlans, '-inf', until, 'BYSCORE', 'LIMIT', kept, wanted),
    );
    for (const planId of planIds) {
      const outcome = await deleteUnlessNewer(parts, planId);
      if (outcome === 'done') deleted.push(planId);
      if (outcome === 'newer') kept += 1;
      else gone += 1;
    }
    if (planIds.length < wanted || gone === DELETED_AT_ONCE) return deleted;
  }
}

async function deleteUnlessNewer(parts: StoreParts, planId: string) {
  const { connection, keys } = parts;
  try {
    const { outcome } = await deletePlan(parts, planId);
    // Deleted before, by somebody who died on its indexes.
    if (outcome === 'not-found') await unlessAway(connection.zrem(keys.endedPlans, planId));
    return outcome;
  } catch (error) {
    if (error instanceof NewerPlan) return 'newer' as const;
    throw error;
  }
}
