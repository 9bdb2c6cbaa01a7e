// One log line a request: what was asked, what it was about, and how it went.
import type { MiddlewareHandler } from 'hono';
import type { Logger } from 'pino';
import type { ApiEnv } from './env.js';

/** Probes, check-ins and devices' polls come every few seconds, and what is new in them is logged where it is done. */
const ROUTINE = /^\/healthz$|^\/readyz$|\/check-in$|^\/[^/]+\/controller\/v1\//;

export function accessLog(logger: Logger): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const began = performance.now();
    c.set('about', {});
    await next();
    const line = {
      requestId: c.get('requestId'),
      method: c.req.method,
      path: c.req.path,
      status: c.res.status,
      ms: Math.round(performance.now() - began),
      ...c.get('about'),
    };
    if (ROUTINE.test(c.req.path) && c.res.ok) logger.debug(line, 'request');
    else logger.info(line, 'request');
  };
}
