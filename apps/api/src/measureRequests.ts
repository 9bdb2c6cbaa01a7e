// Counts what is answered, by the pattern of its route, and times it until the answer is out.
import type { HttpMetrics } from '@gradus/metrics';
import type { MiddlewareHandler } from 'hono';
import type { ApiEnv } from './env.js';
import { routeOf } from './routeOf.js';

export function measureRequests(http: HttpMetrics): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const began = performance.now();
    await next();
    const { method } = c.req;
    const route = routeOf(c);
    const { status } = c.res;
    const tell = () => {
      const seconds = c.get('hasWaited') ? null : (performance.now() - began) / 1_000;
      http.answered({ method, route, status, seconds });
    };
    const { outgoing } = c.env;
    if (outgoing.closed) tell();
    else outgoing.once('close', tell);
  };
}
