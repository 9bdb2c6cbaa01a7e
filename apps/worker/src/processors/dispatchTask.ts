// tasks/dispatch-task: hands a lifecycle task to its LCA's mailbox, has one that cannot ask be pushed it, and ends.
import { dispatchTaskJob } from '@gradus/queues';
import { traceparent } from '@gradus/traces';
import type { Deps } from '../deps.js';
import { processor } from '../processor.js';

export function dispatchTask(deps: Deps) {
  const { store, logger } = deps;
  return processor(dispatchTaskJob, deps, async ({ v: _, ...order }) => {
    const task = await store.steps.dispatchTask(order, store.now());
    if (task === null) return null;
    const isPushed = await store.mailboxes.putTask(order.lcaUuid, task, store.now(), traceparent());
    if (isPushed) await deps.tellPushed(order.lcaUuid);
    await store.steps.clearOutbox(order);
    const { planId, batchIndex, agentId, lifecycleTaskUuid, lcaUuid } = order;
    logger.debug({ planId, batchIndex, agentId, lifecycleTaskUuid, lcaUuid }, 'task dispatched');
    return null;
  });
}
