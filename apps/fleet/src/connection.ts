// The fleet's connection to the api: what goes wrong is logged once when it begins and once when it ends.
import { setTimeout as sleep } from 'node:timers/promises';
import { ConnectionError, ProblemError } from '@gradus/client';
import type { Logger } from 'pino';

const BACKOFF_MS = 200;
const LONGEST_BACKOFF_MS = 5_000;
/** Answers that judge what a check-in carries; the same one gets them again. */
const REFUSALS: ReadonlySet<number> = new Set([403, 413, 422]);

export interface Connection {
  /** @param since when the request was sent: milliseconds, as `performance.now()` gives them */
  succeeded(since: number): void;
  failed(error: unknown): void;
}

export function createConnection(log: Logger): Connection {
  let troubleSince: number | null = null;
  return {
    succeeded(since) {
      // An answer to what was sent before the trouble does not say that it is over.
      if (troubleSince === null || since < troubleSince) return;
      log.info({ afterMs: Math.round(performance.now() - troubleSince) }, 'the api answers again');
      troubleSince = null;
    },
    failed(error) {
      if (troubleSince !== null) return;
      troubleSince = performance.now();
      log.warn({ err: error }, 'the api does not take check-ins; trying again');
    },
  };
}

/** @returns whether the api has refused the request for what is in it */
export function isRefusal(error: unknown): boolean {
  return error instanceof ProblemError && REFUSALS.has(error.status);
}

/** @returns whether the api could not be reached, or asks to come again later */
export function isPassing(error: unknown): boolean {
  if (error instanceof ConnectionError) return true;
  return error instanceof ProblemError && (error.status === 429 || error.status >= 500);
}

/**
 * Waits before the next try: longer with each failure, as long as the api asks for, and never all LCAs at once.
 *
 * @param failures in a row, 1 or more
 * @throws AbortError where the signal aborts meanwhile
 */
export async function backOff(failures: number, error: unknown, signal: AbortSignal): Promise<void> {
  const asked = error instanceof ProblemError ? (error.retryAfterSeconds ?? 0) * 1000 : 0;
  const grown = Math.min(LONGEST_BACKOFF_MS, BACKOFF_MS * 2 ** (failures - 1));
  await sleep(asked + grown * (0.5 + Math.random()), undefined, { signal });
}
