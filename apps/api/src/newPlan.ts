// What all operations that make a plan have in common: the refusals, and the answer.
import type { CreatePlanResult } from '@gradus/store';
import type { Context } from 'hono';
import { tryEnqueue } from './enqueue.js';
import type { ApiDeps, ApiEnv } from './env.js';
import { Problem } from './errors.js';
import { noSuchPlan } from './planId.js';
import { streamPlan } from './planStream.js';

/** @returns why the plan was not made */
export function planRefused(result: Exclude<CreatePlanResult, { outcome: 'created' }>): Problem {
  switch (result.outcome) {
    case 'unknown-agents': {
      const { agentIds, agentCount } = result;
      const detail = `${agentCount} of the agents are not in the inventory.`;
      return new Problem('unknown-agents', detail, { agentIds, agentCount });
    }
    case 'version-mismatch': {
      const { agents, agentCount } = result;
      const detail = `${agentCount} of the agents run neither fromVersion nor the target.`;
      return new Problem('version-mismatch', detail, { agents, agentCount });
    }
    case 'agents-busy': {
      const { conflicts, conflictCount } = result;
      const detail = `${conflictCount} of the agents are in a plan that has not ended.`;
      return new Problem('agents-busy', detail, { conflicts, conflictCount });
    }
  }
}

/**
 * Has the plan started and answers all of it.
 *
 * @param start when, null where it waits for StartGraduatedPlan
 */
export async function answerNewPlan(
  c: Context<ApiEnv>,
  { store, queues, logger }: ApiDeps,
  planId: string,
  start: { startAt: number | null } | null,
) {
  c.var.about.planId = planId;
  if (start !== null) {
    const delayMs = (start.startAt ?? 0) - store.now();
    await tryEnqueue(logger, planId, () => queues.startPlan(planId, delayMs));
  }
  const opened = await store.plans.open(planId);
  if (opened === null) throw noSuchPlan(planId);
  return streamPlan(store, opened, logger, { requestId: c.var.requestId });
}
