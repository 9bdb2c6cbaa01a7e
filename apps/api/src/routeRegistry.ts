// What the app's routes have declared: looked at once, when the app is built.
import { SCOPES } from '@gradus/domain';
import type { RouteConfig } from '@hono/zod-openapi';
import type { ApiApp } from './env.js';

/** A route that anybody could call because nobody said who may. */
class UnguardedRoute extends Error {
  readonly code = 'unguarded-route';
  constructor(method: string, path: string) {
    super(`${method} ${path} declares no scope`);
    this.name = 'UnguardedRoute';
  }
}

function routesOf(app: ApiApp) {
  return app.openAPIRegistry.definitions.flatMap((definition) =>
    definition.type === 'route' ? [definition.route] : [],
  );
}

/** @throws UnguardedRoute for a route under `/api` without a scope */
export function assertEveryRouteIsScoped(app: ApiApp): void {
  const known: readonly string[] = SCOPES;
  for (const { method, path, security = [] } of routesOf(app)) {
    const isScoped = (requirement: (typeof security)[number]) =>
      Object.values(requirement)
        .flat()
        .some((scope) => known.includes(scope));
    if (path.startsWith('/api/') && !(security.length > 0 && security.every(isScoped))) {
      throw new UnguardedRoute(method, path);
    }
  }
}

/** @returns what each route takes, by its method and its path in the router's form */
export function requestsOf(app: ApiApp): Map<string, NonNullable<RouteConfig['request']>> {
  return new Map(
    routesOf(app).map(({ method, path, request = {} }) => [
      `${method.toUpperCase()} ${path.replaceAll(/\/{(.+?)}/g, '/:$1')}`,
      request,
    ]),
  );
}
