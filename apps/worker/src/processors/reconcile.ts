// plans/reconcile: puts back the job of every plan that has not ended, wherever it got lost.
import { reconcileJob } from '@gradus/queues';
import type { Deps } from '../deps.js';
import { processor } from '../processor.js';

export function reconcile({ store, queues, logger }: Deps) {
  return processor(reconcileJob, logger, async () => {
    const plans = await store.steps.listActive();
    for (const { planId, status, currentBatch, startAt, autoStart } of plans) {
      if (status !== 'pending') await queues.ensureBatchJob(planId, currentBatch);
      else if (autoStart) await queues.ensurePlanJob(planId, startAt);
    }
    return null;
  });
}
