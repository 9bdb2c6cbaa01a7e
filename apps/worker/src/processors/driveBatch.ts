// batches/drive-batch: looks at its batch again and again until the batch is over.
import { batchJobId, driveBatchJob } from '@gradus/queues';
import { advance } from '../advance.js';
import type { Deps } from '../deps.js';
import { processor } from '../processor.js';

export function driveBatch(deps: Deps) {
  return processor(driveBatchJob, deps, async ({ planId, batchIndex }, job) => {
    const advanced = await advance(deps, planId);
    if (advanced.outcome === 'retired') return null;
    if (advanced.batchIndex !== batchIndex) {
      await deps.queues.ensureBatchJob(planId, advanced.batchIndex);
      return null;
    }
    // A look beside the batch's own job is not repeated.
    return job.id === batchJobId(planId, batchIndex) ? advanced.lookAgainAt : null;
  });
}
