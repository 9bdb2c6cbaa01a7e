// The headers of every answer. They are set before it is made: what it says of the same name itself stands in their place.
import { Hono, type MiddlewareHandler } from 'hono';
import { secureHeaders } from 'hono/secure-headers';
import type { ApiEnv } from './env.js';
import { REQUEST_ID } from './requestIds.js';

/** Answers that are data load nothing; a page that does says what by itself. */
const secured = new Hono()
  .use(secureHeaders({ contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } }))
  .get('/', (c) => c.body(null));

/** Nothing may be kept of an answer on its way, as all of it was for the one who asked. */
const HEADERS = [...(await secured.request('/')).headers, ['Cache-Control', 'no-store'] as const];

/** After the request has its id. */
export const setAnswerHeaders: MiddlewareHandler<ApiEnv> = (c, next) => {
  const { outgoing } = c.env;
  for (const [name, value] of HEADERS) outgoing.setHeader(name, value);
  outgoing.setHeader(REQUEST_ID, c.get('requestId'));
  return next();
};
