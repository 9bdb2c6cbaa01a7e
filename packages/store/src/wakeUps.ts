// Waiting for a notice on a channel: one subscriber connection for all who wait in this process.
import type { Connection } from '@gradus/redis';
import { unlessAway } from './storeFaults.js';

export interface WakeUps {
  /**
   * Resolves at the channel's next notice, after `waitMs`, or when the signal aborts.
   *
   * @param ready called once the subscription stands; true ends the wait at once
   */
  wait(channel: string, waitMs: number, signal: AbortSignal, ready: () => Promise<boolean>): Promise<void>;
}

/** @param subscriber a connection for this alone */
export function createWakeUps(subscriber: Connection): WakeUps {
  const waiters = new Map<string, Set<() => void>>();

  subscriber.on('message', (channel: string) => {
    for (const wake of waiters.get(channel) ?? []) wake();
  });

  subscriber.on('ready', () => {
    if (waiters.size === 0) return;
    // Where the connection breaks once more, it will be ready once more.
    subscriber.subscribe(...waiters.keys()).catch(() => undefined);
  });

  return {
    wait: async (channel, waitMs, signal, ready) => {
      let wake: () => void = () => undefined;
      const woken = new Promise<void>((resolve) => {
        wake = resolve;
      });
      const timer = setTimeout(wake, waitMs);
      signal.addEventListener('abort', wake, { once: true });
      const others = waiters.get(channel) ?? new Set();
      waiters.set(channel, others.add(wake));
      try {
        // Each waiter subscribes: a repeated SUBSCRIBE is answered only after the first one stands.
        await unlessAway(subscriber.subscribe(channel));
        if (!signal.aborted && !(await ready())) await woken;
      } finally {
        clearTimeout(timer);
        signal.removeEventListener('abort', wake);
        others.delete(wake);
        if (others.size === 0) {
          waiters.delete(channel);
          // A subscription left over by a connection that just broke is nothing: nobody hears it.
          await subscriber.unsubscribe(channel).catch(() => undefined);
        }
      }
    },
  };
}
