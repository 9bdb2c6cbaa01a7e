// LCAs that are pushed what is for them.
import type { Lca } from '@gradus/domain';
import type { Lcas } from './port.js';
import { type Fields, instant, numberOrNull } from './stored.js';
import { unlessAway } from './storeFaults.js';
import type { StoreParts } from './storeParts.js';

/** How long the second try waits at most; doubled for each further one, up to the longest. */
const RETRY = { baseMs: 1_000, maxMs: 300_000 };
/** By lot, so that what failed together does not come back together. */
const LOT = 0.5;
/** What is due for longer than this, nobody pushes. */
const LEFT_FOR_MS = 10_000;

function shownLca(lcaUuid: string, fields: Fields): Lca {
  return {
    lcaUuid,
    callbackUrl: fields['callbackUrl'] ?? '',
    registeredAt: instant(fields['registeredAt']) ?? '',
    registeredBy: fields['registeredBy'] ?? '',
    lastPushedAt: instant(fields['lastPushedAt']),
    failures: Number(fields['failures'] ?? 0),
    lastFault: fields['lastFault'] ?? null,
    retryAt: instant(fields['retryAt']),
  };
}

export function createLcas({ connection, scripts, keys, clock }: StoreParts): Lcas {
  const read = (lcaUuid: string): Promise<Fields> =>
    unlessAway(connection.hgetall(keys.registration(lcaUuid)));

  async function dueSince(key: string): Promise<number> {
    const [, score] = await unlessAway(connection.zrange(key, '0', '0', 'WITHSCORES'));
    return score === undefined ? Number.POSITIVE_INFINITY : Number(score);
  }

  return {
    put: async (lcaUuid, { callbackUrl, secrets }, registeredBy) => {
      // First: one that is listed and not there is passed over.
      await unlessAway(connection.zadd(keys.lcaIndex, 0, lcaUuid));
      const outcome = await scripts.run<'created' | 'updated'>('put-lca', keys.mailbox(lcaUuid), {
        now: clock.now(),
        callbackUrl,
        secrets: JSON.stringify(secrets),
        registeredBy,
      });
      return { outcome, lca: shownLca(lcaUuid, await read(lcaUuid)) };
    },
    get: async (lcaUuid) => {
      const fields = await read(lcaUuid);
      return fields['callbackUrl'] === undefined ? null : shownLca(lcaUuid, fields);
    },
    remove: async (lcaUuid) => {
      const removed = await unlessAway(connection.del(keys.registration(lcaUuid)));
      await unlessAway(connection.zrem(keys.lcaIndex, lcaUuid));
      return removed === 1;
    },
    target: async (lcaUuid) => {
      const { callbackUrl, secrets = '[]', registeredAt, retryAt } = await read(lcaUuid);
      if (callbackUrl === undefined) return null;
      return {
        callbackUrl,
        secrets: JSON.parse(secrets) as string[],
        registeredAt: Number(registeredAt),
        retryAt: numberOrNull(retryAt),
      };
    },
    notePush: async (lcaUuid, registeredAt, fault) => {
      const part = 1 - LOT * Math.random();
      const input = { now: clock.now(), registeredAt, ...(fault === null ? {} : { fault }), ...RETRY, part };
      const retryAt = await scripts.run<number | false>('note-push', keys.mailbox(lcaUuid), input);
      return retryAt === false ? null : retryAt;
    },
    leftWaiting: async (after, limit) => {
      const from = after === '' ? '-' : `(${after}`;
      const found = await unlessAway(connection.zrange(keys.lcaIndex, from, '+', 'BYLEX', 'LIMIT', 0, limit));
      const since = clock.now() - LEFT_FOR_MS;
      const due = await Promise.all(
        found.map(async (lcaUuid) => {
          const [task, cancellation] = await Promise.all([
            dueSince(keys.mailboxPart(lcaUuid, 'due')),
            dueSince(keys.mailboxPart(lcaUuid, 'cancel-due')),
          ]);
          return Math.min(task, cancellation) < since;
        }),
      );
      const isEnd = found.length < limit;
      return { lcaUuids: found.filter((_, index) => due[index]), next: isEnd ? '' : (found.at(-1) ?? '') };
    },
  };
}
