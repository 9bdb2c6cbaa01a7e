// Answers that somebody acts upon are given only once enough replicas have what they tell of.
import type { MiddlewareHandler } from 'hono';
import type { ApiDeps, ApiEnv } from './env.js';
import { Problem } from './errors.js';

/**
 * To be called before anything is written.
 *
 * @returns resolves once enough replicas have it; throws Problem `unavailable` where that is not known in time
 */
export function watchWrites({ store, queues }: Pick<ApiDeps, 'store' | 'queues'>): () => Promise<void> {
  const confirmed = [store.watchWrites(), queues.watchWrites()];
  return async () => {
    try {
      await Promise.all(confirmed.map((confirm) => confirm()));
    } catch (cause) {
      const detail =
        'It is not known that enough replicas have what was done: a failover may undo it. Repeat the request.';
      throw new Problem('unavailable', detail, {}, { cause });
    }
  };
}

/** Holds an answer that tells of success back until enough replicas have what was written for it. */
export function confirmWrites(deps: ApiDeps): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const confirm = watchWrites(deps);
    await next();
    if (!c.res.ok) return;
    try {
      await confirm();
    } catch (error) {
      await c.res.body?.cancel();
      // What stands in its place would take over its headers.
      c.res = undefined;
      throw error;
    }
  };
}
