// The session of a browser: begun with a token, looked at, ended.

import { SCOPES } from '@gradus/domain';
import { createRoute, z } from '@hono/zod-openapi';
import type { Auth } from '../auth.js';
import type { ApiApp } from '../env.js';
import { noQuery, shownInstant, text } from '../schemas/fields.js';
import { BODY_PROBLEMS, problems } from '../schemas/problem.js';

export const SESSION_PATH = '/session';
/** Node takes no longer headers, which is where tokens are sent otherwise. */
const MAX_TOKEN = 16_384;

const beginRoute = createRoute({
  operationId: 'BeginSession',
  summary: 'Sign a browser in',
  description: 'For pages of this address: another site, or a client that is no browser, is refused.',
  tags: ['Sessions'],
  method: 'post',
  path: SESSION_PATH,
  request: {
    query: noQuery,
    body: {
      required: true,
      content: {
        'application/json': {
          schema: z.strictObject({ token: text(MAX_TOKEN) }).openapi('SignIn'),
        },
      },
    },
  },
  responses: {
    204: {
      description: 'Signed in; the cookie is sent by itself from here on',
      headers: { 'Set-Cookie': { schema: { type: 'string' } } },
    },
    ...problems(...BODY_PROBLEMS),
  },
});

const readRoute = createRoute({
  operationId: 'GetSession',
  summary: 'Who is signed in, or has the token',
  tags: ['Sessions'],
  security: [{ bearer: [] }, { session: [] }],
  method: 'get',
  path: SESSION_PATH,
  request: { query: noQuery },
  responses: {
    200: {
      description: 'Who it is, and what they may do',
      content: {
        'application/json': {
          schema: z
            .object({
              subject: z.string(),
              scopes: z.array(z.enum(SCOPES)),
              expiresAt: shownInstant.nullable().openapi({ description: 'null: a key without an end' }),
            })
            .openapi('Session'),
        },
      },
    },
    ...problems(),
  },
});

const endRoute = createRoute({
  operationId: 'EndSession',
  summary: 'Sign the browser out',
  tags: ['Sessions'],
  method: 'delete',
  path: SESSION_PATH,
  request: { query: noQuery },
  responses: { 204: { description: 'The session is over' }, ...problems() },
});

export function session(app: ApiApp, auth: Auth): void {
  app.openapi(beginRoute, async (c) => {
    auth.assertOwnPage(c);
    const caller = await auth.callerOfToken(c.req.valid('json').token);
    c.var.about.subject = caller.subject;
    return c.body(null, 204, { 'Set-Cookie': await auth.sessions.begin(c, caller) });
  });
  app.openapi(readRoute, async (c) => {
    const { subject, scopes, expiresAt } = c.var.caller;
    const shown = expiresAt === null ? null : new Date(expiresAt).toISOString();
    return c.json({ subject, scopes: [...scopes], expiresAt: shown }, 200);
  });
  app.openapi(endRoute, async (c) => {
    auth.assertOwnPage(c);
    return c.body(null, 204, { 'Set-Cookie': await auth.sessions.end(c) });
  });
}
