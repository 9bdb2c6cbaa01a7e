// What becomes of every command of this process, on whichever connection.
import { tracingChannel } from 'node:diagnostics_channel';

export interface EndedCommand {
  /** In lower case; of a script `evalsha`. */
  command: string;
  seconds: number;
  /** Undefined where it was answered. */
  error?: unknown;
}

/** These end when something comes, or with the connection: how long they take says nothing. */
const WAITING = new Set(['bzpopmin', 'brpoplpush', 'blmove', 'xread', 'wait', 'subscribe', 'unsubscribe']);

/** The client sends these by itself whenever it connects, and some that an older Redis does not know. */
const OF_THE_CLIENT = new Set(['hello', 'auth', 'select', 'client', 'info']);

/** As ioredis publishes it, the same object from start to end. */
interface Traced {
  command: string;
  error?: unknown;
}

const ignore = () => undefined;

/** @param onEnded hears of each command that was sent, from now on, for as long as the process lives */
export function watchCommands(onEnded: (command: EndedCommand) => void): void {
  const startedAt = new WeakMap<object, number>();
  tracingChannel<string, Traced>('ioredis:command').subscribe({
    start: (traced) => {
      startedAt.set(traced, performance.now());
    },
    end: ignore,
    asyncStart: ignore,
    error: ignore,
    asyncEnd: (traced) => {
      const command = traced.command.toLowerCase();
      const began = startedAt.get(traced);
      if (began === undefined || WAITING.has(command) || OF_THE_CLIENT.has(command)) return;
      const seconds = (performance.now() - began) / 1_000;
      onEnded({ command, seconds, ...('error' in traced ? { error: traced.error } : {}) });
    },
  });
}
