// Every answer carries the id by which the log knows its request.
import { randomUUID } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import { requestId } from 'hono/request-id';
import type { ApiEnv } from './env.js';

export const REQUEST_ID = 'X-Request-Id';
const ACCEPTED = /^[A-Za-z0-9._-]{1,128}$/;

/** Takes the client's id where it is one that may stand in a log, else makes one. */
export const takeRequestId: MiddlewareHandler<ApiEnv> = requestId({
  // The middleware's own reading of the header takes other characters.
  headerName: '',
  generator: (c) => {
    const given = c.req.header(REQUEST_ID);
    return given !== undefined && ACCEPTED.test(given) ? given : randomUUID();
  },
});
