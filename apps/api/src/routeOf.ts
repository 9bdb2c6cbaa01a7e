// Which route answers a request.
import type { Context } from 'hono';
import { matchedRoutes } from 'hono/route';
import { BOARD_PATH } from './board/board.js';
import type { ApiEnv } from './env.js';

/** @returns as the OpenAPI document writes it; null where nothing is at the path. Middleware is no route */
export function routeOf(c: Context<ApiEnv>): string | null {
  const route = matchedRoutes(c).findLast(({ method }) => method !== 'ALL');
  if (route === undefined) return null;
  if (route.path.startsWith(BOARD_PATH)) return BOARD_PATH;
  return route.path.replaceAll(/\/:(\w+)/g, '/{$1}');
}
