// Counts what is answered, by the pattern of its route, and times it until the answer is out.
import type { HttpMetrics } from '@gradus/metrics';
import type { Context, MiddlewareHandler } from 'hono';
import { matchedRoutes } from 'hono/route';
import { BOARD_PATH } from './board/board.js';
import type { ApiEnv } from './env.js';

/** @returns as the OpenAPI document writes it; null where nothing is at the path. Middleware is no route */
function routeOf(c: Context<ApiEnv>): string | null {
  const route = matchedRoutes(c).findLast(({ method }) => method !== 'ALL');
  if (route === undefined) return null;
  if (route.path.startsWith(BOARD_PATH)) return BOARD_PATH;
  return route.path.replaceAll(/\/:(\w+)/g, '/{$1}');
}

export function measureRequests(http: HttpMetrics): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const began = performance.now();
    await next();
    const { method } = c.req;
    const route = routeOf(c);
    const { status } = c.res;
    const tell = () => {
      const seconds = c.var.hasWaited ? null : (performance.now() - began) / 1_000;
      http.answered({ method, route, status, seconds });
    };
    // Without a socket, as the app is asked by `app.request()`, the answer is out at once.
    const outgoing = c.env?.outgoing;
    if (outgoing === undefined || outgoing.closed) tell();
    else outgoing.once('close', tell);
  };
}
