// plans/reconcile: puts back the job of every plan that has not ended, wherever it got lost, counts the plans while
// it is at it, and deletes those that ended long ago.
import { reconcileJob } from '@gradus/queues';
import type { Deps } from '../deps.js';
import { processor } from '../processor.js';

export function reconcile(deps: Deps) {
  const { store, queues, logger, leftAlone } = deps;
  return processor(reconcileJob, deps, async () => {
    const active = await store.steps.listActive();
    const { known, newer } = active;
    for (const plan of newer) leftAlone.notePlan(plan);
    for (const { planId, status, currentBatch, startAt, autoStart } of known) {
      if (status !== 'pending') await queues.ensureBatchJob(planId, currentBatch);
      else if (autoStart) await queues.ensurePlanJob(planId, (startAt ?? 0) - store.now());
    }
    const deleted = await store.steps.deleteEndedBefore(store.now() - deps.planRetentionMs);
    // Its events went with it.
    for (const planId of deleted) logger.info({ planId, actor: 'gradus' }, 'plan deleted: kept long enough');
    await store.overview.keep(active, store.now());
    return null;
  });
}
