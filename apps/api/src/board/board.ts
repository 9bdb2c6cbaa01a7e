// Bull Board at /queues: what is in the queues, for those whose key may look, and for looking only.
import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { HonoAdapter } from '@bull-board/hono';
import { serveStatic } from '@hono/node-server/serve-static';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { csrf } from 'hono/csrf';
import { secureHeaders } from 'hono/secure-headers';
import type { KeyRing } from '../auth.js';
import type { ApiDeps, ApiEnv } from '../env.js';
import { Problem } from '../errors.js';
import { signInPage, signOutPage } from './pages.js';
import { BOARD_SCOPE, beginSession, endSession, keyOfBoard } from './session.js';

export const BOARD_PATH = '/queues';
const SIGN_IN = `${BOARD_PATH}/sign-in`;
const SIGN_OUT = `${BOARD_PATH}/sign-out`;
const MAX_FORM_BYTES = 16 * 1024;

/** Nothing from other hosts; the board asks for a font elsewhere and does without. */
const headers = secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: ["'self'"],
    styleSrc: ["'self'", "'unsafe-inline'"],
    imgSrc: ["'self'", 'data:'],
    objectSrc: ["'none'"],
    baseUri: ["'self'"],
    formAction: ["'self'"],
    frameAncestors: ["'none'"],
  },
});

function boardOf({ queues }: ApiDeps) {
  const serverAdapter = new HonoAdapter(serveStatic).setBasePath(BOARD_PATH);
  createBullBoard({
    queues: queues.all().map((queue) => new BullMQAdapter(queue, { readOnlyMode: true })),
    serverAdapter,
    options: {
      uiConfig: {
        boardTitle: 'Gradus queues',
        hideDocsLink: true,
        miscLinks: [{ text: 'Sign out', url: SIGN_OUT }],
      },
    },
  });
  return serverAdapter.registerPlugin();
}

/** @returns the app that is mounted at {@link BOARD_PATH} */
export function createBoard(deps: ApiDeps, ring: KeyRing): Hono<ApiEnv> {
  const { store } = deps;
  const app = new Hono<ApiEnv>();
  app.use(headers);
  app.use(csrf());

  app.post('/sign-in', bodyLimit({ maxSize: MAX_FORM_BYTES }), async (c) => {
    const { token } = await c.req.parseBody();
    const key = typeof token === 'string' ? ring.find(token.trim()) : null;
    if (key === null) return c.html(signInPage(SIGN_IN, 'This token is not valid.'), 401);
    if (!key.scopes.includes(BOARD_SCOPE)) {
      return c.html(signInPage(SIGN_IN, `This token lacks the scope ${BOARD_SCOPE}.`), 403);
    }
    await beginSession(c, store, key, BOARD_PATH);
    return c.redirect(`${BOARD_PATH}/`, 303);
  });
  app.get('/sign-out', (c) => c.html(signOutPage(SIGN_OUT, BOARD_PATH)));
  app.post('/sign-out', async (c) => {
    await endSession(c, store, BOARD_PATH);
    return c.redirect(BOARD_PATH, 303);
  });

  app.use(async (c, next) => {
    const key = await keyOfBoard(c, store, ring);
    if (key !== null) {
      c.set('key', key);
      return next();
    }
    const isPage = c.req.method === 'GET' && !/^\/queues\/(?:api|static)\//.test(c.req.path);
    if (isPage) return c.html(signInPage(SIGN_IN, null));
    throw new Problem('unauthenticated', 'Sign in at /queues, or send a bearer token.');
  });
  app.route('/', boardOf(deps));
  return app;
}
