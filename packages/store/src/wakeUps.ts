// Waiting for a notice on a channel: one subscriber connection for all who wait in this process.
import type { Connection } from '@gradus/redis';
import { unlessAway } from './storeFaults.js';

export interface WakeUps {
  /**
   * Resolves at the channel's next notice, after `waitMs`, once `gone` resolves, or when all are woken.
   *
   * @param ready called once the subscription stands; true ends the wait at once
   */
  wait(channel: string, waitMs: number, gone: Promise<void>, ready: () => Promise<boolean>): Promise<void>;
  wakeAll(): void;
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
    wakeAll: () => {
      for (const wakes of waiters.values()) for (const wake of wakes) wake();
    },
    wait: async (channel, waitMs, gone, ready) => {
      let wake: () => void = () => undefined;
      const woken = new Promise<void>((resolve) => {
        wake = resolve;
      });
      const timer = setTimeout(wake, waitMs);
      const others = waiters.get(channel) ?? new Set();
      waiters.set(channel, others.add(wake));
      try {
        // Each waiter subscribes: a repeated SUBSCRIBE is answered only after the first one stands.
        await unlessAway(subscriber.subscribe(channel));
        if (!(await ready())) await Promise.race([woken, gone]);
      } finally {
        clearTimeout(timer);
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
