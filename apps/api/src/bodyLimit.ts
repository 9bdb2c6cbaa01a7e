// How many bytes a request's body may have.
import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { ApiEnv } from './env.js';
import { Problem } from './errors.js';

/**
 * @param maxSize bytes
 * @returns what refuses a larger body with `body-too-large`, before it is read where its length is announced
 */
export function limitBody(maxSize: number): MiddlewareHandler<ApiEnv> {
  const refuse = () => {
    throw new Problem('body-too-large', `A body has at most ${maxSize} bytes.`);
  };
  const limitUnannounced = bodyLimit({ maxSize, onError: refuse });
  return async (c, next) => {
    // Nobody reads the body of these.
    if (['GET', 'HEAD'].includes(c.req.method)) return next();
    const length = c.req.header('Content-Length');
    // To look at the body itself would have a whole Request made, with a stream and a signal.
    if (length === undefined || c.req.header('Transfer-Encoding') !== undefined) {
      return limitUnannounced(c, next);
    }
    return Number(length) <= maxSize ? next() : refuse();
  };
}
