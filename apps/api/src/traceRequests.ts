// A span for each request, where requests are traced.
import { inRequestSpan } from '@gradus/traces';
import type { MiddlewareHandler } from 'hono';
import type { ApiEnv } from './env.js';
import { routeOf } from './routeOf.js';

export const traceRequests: MiddlewareHandler<ApiEnv> = (c, next) =>
  inRequestSpan(c.req.method, c.req.header(), next, () => ({
    name: routeOf(c) ?? 'none',
    status: c.res.status,
    about: { ...c.get('about'), requestId: c.get('requestId') },
  }));
