// The session of a browser: begun with a token, looked at, ended.

import { SCOPES } from '@gradus/domain';
import { createRoute, z } from '@hono/zod-openapi';
import type { Auth } from '../auth.js';
import type { ApiApp } from '../env.js';
import { SESSIONS, SIGN_INS } from '../examples/sessions.js';
import { withHeaders } from '../schemas/answerHeaders.js';
import { json } from '../schemas/content.js';
import { noQuery, shownInstant, text } from '../schemas/fields.js';
import { BODY_PROBLEMS, problemResponses } from '../schemas/problem.js';

export const SESSION_PATH = '/session';
/** Node takes no longer headers, which is where tokens are sent otherwise. */
const MAX_TOKEN = 16_384;

const OF_ALL = ['body-too-large', 'validation-failed', 'internal', 'unavailable'] as const;

const signIn = z
  .strictObject({ token: text(MAX_TOKEN).openapi({ description: 'A static key or a JWT' }) })
  .openapi('SignIn', { description: 'What a browser is signed in with' });

const readSession = z
  .object({
    subject: z.string().openapi({ description: "The key's name, or the subject of the JWT" }),
    scopes: z.array(z.enum(SCOPES)).openapi({ description: 'What they may do' }),
    expiresAt: shownInstant.nullable().openapi({ description: 'null: a key without an end' }),
  })
  .openapi('Session', { description: 'Who asks' });

const beginRoute = createRoute({
  operationId: 'BeginSession',
  summary: 'Sign a browser in',
  description: 'For pages of this address: another site, or a client that is no browser, is refused.',
  tags: ['Sessions'],
  security: [],
  method: 'post',
  path: SESSION_PATH,
  request: {
    query: noQuery,
    body: {
      required: true,
      content: json(signIn, SIGN_INS),
    },
  },
  responses: {
    204: {
      description: 'Signed in; the cookie is sent by itself from here on',
      ...withHeaders('Set-Cookie'),
    },
    ...problemResponses(['unauthenticated', 'forbidden', ...BODY_PROBLEMS, ...OF_ALL]),
  },
});

const readRoute = createRoute({
  operationId: 'GetSession',
  summary: 'Who is signed in, or has the token',
  description: 'Any token will do, whatever its scopes.',
  tags: ['Sessions'],
  security: [{ bearer: [] }, { session: [] }],
  method: 'get',
  path: SESSION_PATH,
  request: { query: noQuery },
  responses: {
    200: {
      description: 'Who it is, and what they may do',
      content: json(readSession, SESSIONS),
    },
    ...problemResponses(['unauthenticated', 'rate-limited', ...OF_ALL]),
  },
});

const endRoute = createRoute({
  operationId: 'EndSession',
  summary: 'Sign the browser out',
  description:
    'For pages of this address, as BeginSession is. A copy of the cookie opens nothing any more either.',
  tags: ['Sessions'],
  security: [],
  method: 'delete',
  path: SESSION_PATH,
  request: { query: noQuery },
  responses: {
    204: { description: 'The session is over, where there was one', ...withHeaders('Set-Cookie') },
    ...problemResponses(['forbidden', ...OF_ALL]),
  },
});

export function session(app: ApiApp, auth: Auth): void {
  app.openapi(beginRoute, async (c) => {
    auth.assertOwnPage(c);
    const caller = await auth.callerOfToken(c.req.valid('json').token);
    c.get('about').subject = caller.subject;
    return c.body(null, 204, { 'Set-Cookie': await auth.sessions.begin(c, caller) });
  });
  app.openapi(readRoute, async (c) => {
    const { subject, scopes, expiresAt } = c.get('caller');
    const shown = expiresAt === null ? null : new Date(expiresAt).toISOString();
    return c.json({ subject, scopes: [...scopes], expiresAt: shown }, 200);
  });
  app.openapi(endRoute, async (c) => {
    auth.assertOwnPage(c);
    return c.body(null, 204, { 'Set-Cookie': await auth.sessions.end(c) });
  });
}
