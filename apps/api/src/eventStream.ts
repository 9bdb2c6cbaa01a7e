// A plan's events as they come: server-sent events, from after the last one that the client has.
import { setTimeout as wait } from 'node:timers/promises';
import type { Store } from '@gradus/store';
import type { Context } from 'hono';
import { streamSSE } from 'hono/streaming';
import type { ApiEnv } from './env.js';

const LOOK_EVERY_MS = 250;
const BEAT_EVERY_MS = 15_000;
const EVENTS_A_READ = 500;

/**
 * @param after id of the last event that the client has; 0 where it has none
 * @param shutdown aborts when the process is to end: the client comes back to another one
 */
export function streamEvents(
  c: Context<ApiEnv>,
  store: Store,
  planId: string,
  after: number,
  shutdown: AbortSignal,
): Response {
  // A proxy that gathers what it passes on would hold events back.
  c.header('X-Accel-Buffering', 'no');
  const { expiresAt } = c.get('caller');
  const hasExpired = () => expiresAt !== null && store.now() >= expiresAt;
  return streamSSE(c, async (stream) => {
    let last = after;
    let isReset = false;
    let beatAt = store.now() + BEAT_EVERY_MS;
    while (!stream.aborted && !shutdown.aborted && !hasExpired()) {
      const read = await store.plans.listEvents(planId, { after: last, limit: EVENTS_A_READ });
      if (read === null) return;
      if (read.isGapped && !isReset) await stream.writeSSE({ event: 'reset', data: '{}' });
      isReset = true;
      for (const event of read.items) {
        await stream.writeSSE({ id: event.id, event: event.type, data: JSON.stringify(event) });
        last = Number(event.id);
      }
      if (read.items.length === EVENTS_A_READ) continue;
      if (store.now() >= beatAt) {
        await stream.write(': still there\n\n');
        beatAt = store.now() + BEAT_EVERY_MS;
      }
      await wait(LOOK_EVERY_MS);
    }
  });
}
