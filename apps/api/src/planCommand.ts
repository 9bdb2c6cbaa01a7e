// What all commands on a plan have in common: what follows from the store's answer, and the summary.
import type { PlanSummary } from '@gradus/domain';
import type { CommandResult, Stale } from '@gradus/store';
import type { ApiDeps } from './env.js';
import { Problem } from './errors.js';
import { inOrder } from './planFields.js';
import { noSuchPlan } from './planId.js';

/** @returns the refusal of a command whose client does not know what happened last */
export function staleRevision({ revision }: Stale): Problem {
  const detail = `The plan is at revision ${revision} now. Read it again before you decide.`;
  return new Problem('stale-revision', detail, { currentRevision: revision });
}

/**
 * @param command as in "pause"
 * @param wake enqueues what the workers have to do where the command changed the plan
 * @returns the plan's summary
 * @throws Problem `not-found`, `illegal-transition`, `stale-revision`
 */
export async function answerCommand(
  { store }: ApiDeps,
  planId: string,
  command: string,
  result: CommandResult,
  wake: (summary: PlanSummary) => Promise<void>,
): Promise<PlanSummary> {
  if (result.outcome === 'not-found') throw noSuchPlan(planId);
  if (result.outcome === 'stale') throw staleRevision(result);
  if (result.outcome === 'illegal') {
    const detail = `A plan that is ${result.status} does not take ${command} now.`;
    throw new Problem('illegal-transition', detail, { currentStatus: result.status });
  }
  const read = await store.plans.readSummary(planId);
  if (read === null) throw noSuchPlan(planId);
  if (result.outcome === 'done') await wake(read.plan);
  return inOrder(read.plan);
}
