// The public keys of the issuer of JWTs: read from its key set, kept, and read again in time, or where a token names
// one that is not there.
import { readFile } from 'node:fs/promises';
import { createRemoteJWKSet, customFetch, errors, type FetchImplementation, type RemoteJWKSet } from 'jose';
import type { Logger } from 'pino';

/** However many tokens name keys that are not there, the issuer is asked once in this time. */
const COOLDOWN_MS = 5_000;
const ANSWER_WITHIN_MS = 5_000;

/** The key set cannot be read, so that nobody knows whether the key of a token is in it. */
export class KeysUnavailable extends Error {
  readonly code = 'keys-unavailable';
  constructor(cause: unknown) {
    super('the key set of the issuer cannot be read', { cause });
    this.name = 'KeysUnavailable';
  }
}

/** The key set was asked for a moment ago, in vain. */
class AskedJustNow extends Error {
  readonly code = 'asked-just-now';
  constructor() {
    super(`the key set was asked for within the last ${COOLDOWN_MS} ms`);
    this.name = 'AskedJustNow';
  }
}

/** The token's own fault, and not the key set's. */
function isOfToken(error: unknown): boolean {
  return error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys;
}

/** Gives the key that a token names in its header. */
export type IssuerKeys = (...header: Parameters<RemoteJWKSet>) => ReturnType<RemoteJWKSet>;

/**
 * @param options.url `https:`, `http:` or `file:`
 * @param options.refreshMs how often the set is read again, so that a key that was taken out of it counts no more
 * @param options.shutdown ends that
 * @returns a function that throws KeysUnavailable where the set cannot be read and a key is not among those known,
 * and jose's errors where the set does not have the key
 */
export function openIssuerKeys({
  url,
  refreshMs,
  logger,
  shutdown,
}: {
  url: URL;
  refreshMs: number;
  logger: Logger;
  shutdown: AbortSignal;
}): IssuerKeys {
  let askedAt = Number.NEGATIVE_INFINITY;
  const ask: FetchImplementation = async (href, options) => {
    if (performance.now() - askedAt < COOLDOWN_MS) throw new AskedJustNow();
    askedAt = performance.now();
    return url.protocol === 'file:' ? new Response(await readFile(url)) : fetch(href, options);
  };
  const keys = createRemoteJWKSet(url, {
    timeoutDuration: ANSWER_WITHIN_MS,
    cooldownDuration: COOLDOWN_MS,
    // While the issuer is away, what is known goes on: the refresh below is what forgets.
    cacheMaxAge: Number.POSITIVE_INFINITY,
    [customFetch]: ask,
  });

  const refresh = async () => {
    if (keys.coolingDown) return;
    await keys.reload().catch((err: unknown) => {
      logger.warn({ err }, 'the key set of the issuer cannot be read; the keys that are known go on');
    });
  };
  void refresh();
  const timer = setInterval(refresh, refreshMs).unref();
  shutdown.addEventListener('abort', () => clearInterval(timer), { once: true });

  return async (...header) => {
    try {
      return await keys(...header);
    } catch (error) {
      throw isOfToken(error) ? error : new KeysUnavailable(error);
    }
  };
}
