// Waiting for work on behalf of an LCA that holds its check-in open.
import type { TakenWork } from '@gradus/store';
import type { Context } from 'hono';
import type { ApiDeps, ApiEnv } from './env.js';
import { isGone } from './hungUp.js';
import { watchWrites } from './replicated.js';

type Work = Pick<TakenWork, 'tasks' | 'cancel' | 'traces'>;

/** So many lifecycle tasks are handed out in one answer; what is left comes with the next. */
const MAX_TASKS = 1_000;

/** Runs with a signal that aborts as soon as one of the given ones does, and lets go of them after. */
async function withAny(signals: readonly AbortSignal[], run: (signal: AbortSignal) => Promise<void>) {
  const any = new AbortController();
  const abort = () => any.abort();
  for (const signal of signals) {
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort);
  }
  try {
    await run(any.signal);
  } finally {
    for (const signal of signals) signal.removeEventListener('abort', abort);
  }
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
  while (!isFound() && store.now() < until && !isGone(c) && !shutdown.aborted) {
    // What is handed out again comes due without a notice.
    const restMs = Math.min(until, work.nextDueAt ?? until) - store.now();
    await withAny([c.req.raw.signal, shutdown], (signal) =>
      store.mailboxes.waitForWork(lcaUuid, Math.max(restMs, 0), signal, take),
    );
    if (!isFound()) await take();
  }
  return { tasks: work.tasks, traces: work.traces, cancel: work.cancel };
}
