// Waiting for work on behalf of an LCA that holds its check-in open.
import type { TakenWork } from '@gradus/store';
import type { Context } from 'hono';
import type { ApiDeps, ApiEnv } from './env.js';
import { isGone } from './hungUp.js';
import { watchWrites } from './replicated.js';

type Work = Pick<TakenWork, 'tasks' | 'cancel' | 'traces'>;

/** So many lifecycle tasks are handed out in one answer; what is left comes with the next. */
const MAX_TASKS = 1_000;

/** Resolves once nobody is left to be answered, or all is answered. The request's own signal is costly to make. */
function closed({ env }: Context<ApiEnv>): Promise<void> {
  return new Promise((resolve) => {
    env.outgoing.once('close', resolve);
  });
}

/**
 * Takes what waits for the LCA; where nothing does, waits for it, but not for a client that has hung up: what is taken
 * then would only be handed out again later.
 *
 * @throws Problem `unavailable` where it is not known that enough replicas have what was taken: it comes again
 */
export async function takeWork(
  c: Context<ApiEnv>,
  deps: ApiDeps,
  lcaUuid: string,
  waitMs: number,
): Promise<Work> {
  const { store, shutdown } = deps;
  const until = store.now() + waitMs;
  let work: TakenWork = { tasks: [], traces: [], cancel: [], nextDueAt: null };
  const isFound = () => work.tasks.length > 0 || work.cancel.length > 0;
  const take = async () => {
    if (isGone(c)) return isFound();
    const confirm = watchWrites(deps);
    work = await store.mailboxes.take(lcaUuid, store.now(), MAX_TASKS);
    // An LCA acts upon it: what led to it must not be forgotten.
    if (isFound()) await confirm();
    return isFound();
  };
  await take();
  let gone: Promise<void> | undefined;
  while (!isFound() && store.now() < until && !isGone(c) && !shutdown.aborted) {
    // What is handed out again comes due without a notice.
    const restMs = Math.min(until, work.nextDueAt ?? until) - store.now();
    gone ??= closed(c);
    await store.mailboxes.waitForWork(lcaUuid, Math.max(restMs, 0), gone, take);
    if (!isFound()) await take();
  }
  return { tasks: work.tasks, traces: work.traces, cancel: work.cancel };
}
