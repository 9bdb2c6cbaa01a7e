// How much the process has in hand, and the point at which it takes no more: before its memory grows, not after.
import type { HttpMetrics } from '@gradus/metrics';
import type { HttpBindings } from '@hono/node-server';
import type { Context, MiddlewareHandler } from 'hono';
import type { ApiEnv } from './env.js';
import { Problem } from './errors.js';
import type { LoadLimits } from './limits.js';

const BODY_WITHIN_MS = 30_000;

function overloaded(what: string): Problem {
  return new Problem('unavailable', `Too many ${what} at once. Repeat the request shortly.`);
}

/** @returns how many bytes the request's body may have, as far as its headers tell */
function announcedBytes(c: Context<ApiEnv>, atMost: number): number {
  const length = Number(c.req.header('Content-Length') ?? 0);
  const isUntold = c.req.header('Transfer-Encoding') !== undefined;
  return isUntold ? atMost : Math.min(atMost, Number.isFinite(length) ? length : atMost);
}

/** A body that trickles in keeps its share of the limits from others. */
function endSlowBody({ incoming }: HttpBindings): void {
  // Where nobody reads the body, as of a GET, it has come and yet not ended.
  const timer = setTimeout(() => incoming.complete || incoming.destroy(), BODY_WITHIN_MS);
  const clear = () => clearTimeout(timer);
  incoming.once('end', clear).once('close', clear);
}

/**
 * Lets in as many requests as the limits allow; the others are answered 503 before any of their body is read.
 *
 * @param bodyLimitBytes of one request
 * @param isStream whether the request's body is taken as it comes, for however long, and never held whole
 */
export function admit(
  http: HttpMetrics,
  limits: LoadLimits,
  bodyLimitBytes: number,
  isStream: (c: Context<ApiEnv>) => boolean,
): MiddlewareHandler<ApiEnv> {
  const inHand = { requests: 0, waiting: 0, bodyBytes: 0 };
  const count = (kind: 'requests' | 'waiting', change: 1 | -1) => {
    inHand[kind] += change;
    http.inHand(kind, change);
  };
  const refuse = (limit: 'requests' | 'bodies' | 'waiting', what: string) => {
    http.refused(limit);
    return overloaded(what);
  };
  return async (c, next) => {
    const isStreamed = isStream(c);
    let bytes = isStreamed ? 0 : announcedBytes(c, bodyLimitBytes);
    if (inHand.requests >= limits.requests) throw refuse('requests', 'requests');
    // One alone is let in however large it may be.
    if (inHand.bodyBytes > 0 && inHand.bodyBytes + bytes > limits.bodyBytes) {
      throw refuse('bodies', 'large bodies');
    }
    let counted: 'requests' | 'waiting' = 'requests';
    count('requests', 1);
    inHand.bodyBytes += bytes;
    const release = () => {
      count(counted, -1);
      inHand.bodyBytes -= bytes;
    };
    c.set('admission', {
      wait: () => {
        if (inHand.waiting >= limits.waiting) throw refuse('waiting', 'waiting requests');
        count('requests', -1);
        inHand.bodyBytes -= bytes;
        bytes = 0;
        counted = 'waiting';
        count('waiting', 1);
        c.set('hasWaited', true);
      },
    });
    if (!isStreamed) endSlowBody(c.env);
    try {
      await next();
    } finally {
      // The answer goes out after this, for as long as the client takes to read it.
      const { outgoing } = c.env;
      if (outgoing.closed) release();
      else outgoing.once('close', release);
    }
  };
}
