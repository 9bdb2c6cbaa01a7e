// plans/reconcile: puts back the job of every plan that has not ended, wherever it got lost, hands over what is untold
// of plans, has LCAs pushed what nobody pushes, counts the plans while it is at it, and deletes those that ended long
// ago.
import { ITSELF } from '@gradus/domain';
import { reconcileJob } from '@gradus/queues';
import type { Deps } from '../deps.js';
import { processor } from '../processor.js';
import { announceEvents } from '../webhooks/announce.js';

/** So many of the LCAs that are pushed to are looked at in one round. */
const LCAS_A_ROUND = 500;

export function reconcile(deps: Deps) {
  let nextLcas = '';
  const { store, queues, logger, leftAlone } = deps;
  return processor(reconcileJob, deps, async () => {
    const active = await store.steps.listActive();
    const { known, newer } = active;
    for (const plan of newer) leftAlone.notePlan(plan);
    const isHeard = deps.webhooks.endpoints.length > 0;
    for (const { planId, status, currentBatch, startAt, autoStart, unannounced } of known) {
      if (status !== 'pending') await queues.ensureBatchJob(planId, currentBatch);
      else if (autoStart) await queues.ensurePlanJob(planId, (startAt ?? 0) - store.now());
      if (isHeard && unannounced > 0) await announceEvents(deps, planId);
    }
    const deleted = await store.steps.deleteEndedBefore(store.now() - deps.planRetentionMs);
    // Its events went with it.
    for (const planId of deleted) logger.info({ planId, actor: ITSELF }, 'plan deleted: kept long enough');
    const left = await store.lcas.leftWaiting(nextLcas, LCAS_A_ROUND);
    nextLcas = left.next;
    for (const lcaUuid of left.lcaUuids) await queues.ensurePushJob(lcaUuid, 0);
    await store.overview.keep(active, store.now());
    return null;
  });
}
