// Whether a request that failed is worth another try, and when.
import { ConnectionError, ProblemError } from './problem.js';

const BACKOFF_MS = 200;
const LONGEST_BACKOFF_MS = 5_000;
/** A `Retry-After` beyond this is the caller's to decide on. */
const LONGEST_RETRY_AFTER_S = 30;
/** The first try is still at work; in a while it can be seen what came of it. */
const IN_PROGRESS = 'idempotency-in-progress';
/** 502 and 504 are a proxy's words for an api that it cannot reach. */
const WORTH_ANOTHER_TRY: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/** @returns milliseconds to wait after so many failures in a row before this one: longer with each, never the same */
export function backoffMs(failures: number): number {
  return Math.min(LONGEST_BACKOFF_MS, BACKOFF_MS * 2 ** failures) * (0.5 + Math.random());
}

/**
 * @param retry how many retries there have been
 * @returns milliseconds to wait before the next try; null where there should be none
 */
export function retryDelayMs(error: unknown, retry: number): number | null {
  const backoff = backoffMs(retry);
  if (error instanceof ConnectionError) return error.code === 'connection-failed' ? backoff : null;
  if (!(error instanceof ProblemError)) return null;
  if (!WORTH_ANOTHER_TRY.has(error.status) && error.code !== IN_PROGRESS) return null;
  if (error.retryAfterSeconds === null) return backoff;
  if (error.retryAfterSeconds > LONGEST_RETRY_AFTER_S) return null;
  // Not just then: all who were refused in one moment would come back in one.
  return error.retryAfterSeconds * 1000 + backoff;
}

/** @throws the signal's reason where it aborts meanwhile */
export function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const end = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', end);
      resolve();
    }, ms);
    signal?.addEventListener('abort', end, { once: true });
  });
}
