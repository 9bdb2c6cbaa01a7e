// pushes/push-tasks: brings an LCA that cannot ask what is due in its mailbox, again and again until that is empty.
import { randomUUID } from 'node:crypto';
import { NotDelivered, signedHeaders } from '@gradus/outbound';
import { pushJobId, pushTasksJob } from '@gradus/queues';
import type { PushTarget, TakenWork } from '@gradus/store';
import { linkSpan } from '@gradus/traces';
import type { Deps } from '../deps.js';
import { processor } from '../processor.js';

/** So many lifecycle tasks are pushed at once; what is left comes with the next. */
const AT_ONCE = 100;

export function pushTasks(deps: Deps) {
  const { store, queues } = deps;
  return processor(pushTasksJob, deps, async ({ lcaUuid }, job) => {
    const next = await lookAt(deps, lcaUuid);
    if (next === null || job.id === pushJobId(lcaUuid)) return next;
    // A look beside the LCA's own job is not repeated.
    await queues.ensurePushJob(lcaUuid, next - store.now());
    return null;
  });
}

/** @returns when to look again (milliseconds since 1970); null where there is nothing to wait for */
async function lookAt(deps: Deps, lcaUuid: string): Promise<number | null> {
  const { store } = deps;
  const target = await store.lcas.target(lcaUuid);
  if (target === null) return null;
  const now = store.now();
  if (target.retryAt !== null && target.retryAt > now) return target.retryAt;
  const confirm = store.watchWrites();
  const work = await store.mailboxes.take(lcaUuid, now, AT_ONCE);
  if (work.tasks.length === 0 && work.cancel.length === 0) return work.nextDueAt;
  // An LCA acts upon it: what led to it must not be forgotten. Where that is not known, it comes due again.
  await confirm();
  const fault = await push(deps, lcaUuid, target, work);
  deps.pushMetrics.ended(fault === null ? 'taken' : 'not-taken');
  if (fault === null) {
    await store.lcas.notePush(lcaUuid, target.registeredAt, null);
    const isMore = work.tasks.length === AT_ONCE || work.cancel.length === AT_ONCE;
    return isMore ? store.now() : work.nextDueAt;
  }
  const retryAt = (await store.lcas.notePush(lcaUuid, target.registeredAt, fault)) ?? store.now();
  const tasks = work.tasks.map(({ lifecycleTaskUuid }) => lifecycleTaskUuid);
  await store.mailboxes.giveBack(lcaUuid, { tasks, cancel: work.cancel }, retryAt);
  deps.logger.warn({ lcaUuid, reason: fault, tasks: tasks.length, retryAt }, 'push not taken');
  return retryAt;
}

/** @returns null where it was taken; else why not */
async function push(
  { store, outbound, pushWithinMs, publicUrl, logger }: Deps,
  lcaUuid: string,
  { callbackUrl, secrets }: PushTarget,
  { tasks, cancel, traces }: TakenWork,
): Promise<string | null> {
  linkSpan(traces);
  const equipped = await store.targets.equip(lcaUuid, tasks, publicUrl);
  const body = JSON.stringify({ lcaUuid, tasks: equipped, cancel });
  const id = `push_${randomUUID()}`;
  const signed = signedHeaders(id, secrets, new Date(), body);
  const headers = { 'content-type': 'application/json', 'user-agent': 'Gradus', ...signed };
  try {
    const status = await outbound.post(callbackUrl, { headers, body, withinMs: pushWithinMs });
    if (status < 200 || status >= 300) return `answered ${status}`;
  } catch (error) {
    if (!(error instanceof NotDelivered)) throw error;
    logger.debug({ err: error, lcaUuid }, 'push not delivered');
    return error.shown;
  }
  for (const { agentId, lifecycleTaskUuid } of tasks) {
    logger.debug({ lcaUuid, agentId, lifecycleTaskUuid, push: id }, 'task pushed');
  }
  return null;
}
