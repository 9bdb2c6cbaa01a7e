// Whether replicas have what was written: Redis' WAIT. It blocks the connection that it is sent on, and so has one of
// its own beside each that writes; one WAIT is for all who ask meanwhile.
import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Connection } from './connect.js';
import { countBreaks, type Master, mastersOf } from './masters.js';
import { inRounds } from './rounds.js';

/** How many replicas are to have what was written, and within how many milliseconds. 0 replicas: nothing is asked. */
export interface ReplicaDemand {
  count: number;
  withinMs: number;
}

export const NO_REPLICAS: ReplicaDemand = { count: 0, withinMs: 0 };

/** What was written stands on its master, if that still is one; it is not known that enough replicas have it. */
class NotReplicated extends Error {
  readonly code = 'not-replicated';
  constructor(why: string, options?: ErrorOptions) {
    super(`it is not known that enough replicas have what was written: ${why}`, options);
    this.name = 'NotReplicated';
  }
}

/**
 * Resolves once enough replicas have all that was written on the connection since this was given, and all that was
 * read on it.
 *
 * @throws NotReplicated
 */
export type ConfirmWrites = () => Promise<void>;

export interface ReplicaWatch {
  /** To be called before the writes. */
  watch(): ConfirmWrites;
  close(): void;
}

const MARK_KEPT_MS = 60_000;
/** Redis says this much earlier that too few have it, so that this is heard in time. */
const ANSWER_MS = 100;

/**
 * @param connection on which is written
 * @param namespace goes before the keys of the marks
 * @param onError hears every error of the further connections
 */
export function watchReplicas(
  connection: Connection,
  namespace: string,
  { count, withinMs }: ReplicaDemand,
  onError: (error: unknown) => void,
): ReplicaWatch {
  if (count === 0) return { watch: () => async () => undefined, close: () => undefined };
  const id = randomUUID();
  const masters = mastersOf(connection, (number) => `${namespace}:{written:${id}:${number}}`);
  const breaks = countBreaks(connection);
  const waiting = new Map<Redis, Redis>();

  function waiterBeside(writing: Redis): Redis {
    const known = waiting.get(writing);
    if (known !== undefined && known.status !== 'end') return known;
    // While it connects, what is sent waits for that.
    const opened = writing.duplicate({ enableOfflineQueue: true });
    opened.on('error', onError);
    waiting.set(writing, opened);
    return opened;
  }

  /** The connection that wrote leaves a mark; who sees it there, and waits for it, waits for all that came before. */
  async function confirmMaster({ connection: writing, key }: Master): Promise<void> {
    if (key === null) throw new NotReplicated('one of the masters has no slot that a key could be found for');
    const mark = randomUUID();
    await writing.set(key, mark, 'PX', MARK_KEPT_MS);
    const waiter = waiterBeside(writing);
    // A write of its own: since Redis 7.2 WAIT is for those of its own connection alone.
    const pipeline = waiter
      .pipeline()
      .set(key, mark, 'PX', MARK_KEPT_MS, 'GET')
      .wait(count, withinMs - ANSWER_MS);
    const [seen, acknowledged] = ((await pipeline.exec()) ?? []).map(([error, answer]) => {
      if (error !== null) throw error;
      return answer;
    });
    if (seen !== mark) {
      waiter.disconnect(true);
      throw new NotReplicated('another server than the one that took it would have been asked');
    }
    if (!(Number(acknowledged) >= count)) {
      throw new NotReplicated(`${acknowledged} of ${count} had it in time`);
    }
  }

  const confirmAll = inRounds(async () => {
    const now = masters();
    const writing = new Set(now.map((master) => master.connection));
    for (const [one, waiter] of waiting) {
      if (writing.has(one)) continue;
      waiter.disconnect();
      waiting.delete(one);
    }
    await Promise.all(now.map(confirmMaster));
  });

  return {
    watch: () => {
      const before = masters();
      const breaksBefore = breaks();
      return async () => {
        await inTime(withinMs, confirmAll());
        // A server that took a write may have lost it with its place, and another one would not know of it.
        const after = masters();
        const isSame =
          breaks() === breaksBefore &&
          after.length === before.length &&
          after.every((master, index) => master.connection === before[index]?.connection);
        if (!isSame) throw new NotReplicated('a connection broke meanwhile, or a master was replaced');
      };
    },
    close: () => {
      for (const waiter of waiting.values()) waiter.disconnect();
    },
  };
}

async function inTime(withinMs: number, confirmed: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new NotReplicated(`nothing was heard for ${withinMs} ms`)), withinMs);
  });
  try {
    await Promise.race([confirmed, late]);
  } catch (cause) {
    if (cause instanceof NotReplicated) throw cause;
    throw new NotReplicated('Redis did not say', { cause });
  } finally {
    clearTimeout(timer);
  }
}
