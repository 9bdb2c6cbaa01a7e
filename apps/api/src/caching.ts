// What may be kept of an answer on its way: nothing, as all of it was for the one who asked.
import type { MiddlewareHandler } from 'hono';
import type { ApiEnv } from './env.js';

/** What has an ETag may be kept by the client itself, which asks each time whether it still holds. */
export const forbidCaching: MiddlewareHandler<ApiEnv> = async (c, next) => {
  await next();
  const { headers } = c.res;
  if (headers.has('Cache-Control')) return;
  headers.set('Cache-Control', headers.has('ETag') ? 'private, no-cache' : 'no-store');
};
