// How often one token, and one LCA, may ask: counted in this process, by the second.
import type { MiddlewareHandler } from 'hono';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { ApiEnv } from './env.js';
import { Problem } from './errors.js';

const WINDOW_S = 1;

/**
 * @param perSecond requests that each may send; 0: any number
 * @param onRefused told of each that is refused
 * @param nameOf who is counted
 * @returns what refuses the rest with `rate-limited`
 */
export function limitRate(
  perSecond: number,
  onRefused: () => void,
  nameOf: (c: Parameters<MiddlewareHandler<ApiEnv>>[0]) => string,
): MiddlewareHandler<ApiEnv> {
  if (perSecond === 0) return (_, next) => next();
  const limiter = new RateLimiterMemory({ points: perSecond, duration: WINDOW_S });
  return async (c, next) => {
    try {
      await limiter.consume(nameOf(c));
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      onRefused();
      throw new Problem('rate-limited', `More than ${perSecond} requests in a second.`);
    }
    await next();
  };
}
