// plans/start-plan: starts a plan whose time has come, and hands it to its batch's job.
import { startPlanJob } from '@gradus/queues';
import { advance } from '../advance.js';
import type { Deps } from '../deps.js';
import { processor } from '../processor.js';

export function startPlan(deps: Deps) {
  return processor(startPlanJob, deps, async ({ planId }) => {
    const advanced = await advance(deps, planId);
    if (advanced.outcome === 'retired') return null;
    const { batchIndex, lookAgainAt } = advanced;
    const snapshot = await deps.store.steps.snapshot(planId);
    if (snapshot?.plan.status === 'pending') return lookAgainAt;
    await deps.queues.ensureBatchJob(planId, batchIndex);
    return null;
  });
}
