// Bull Board at /queues: what is in the queues, for those whose key may look, and for looking only.
import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { HonoAdapter } from '@bull-board/hono';
import { serveStatic } from '@hono/node-server/serve-static';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { secureHeaders } from 'hono/secure-headers';
import { type Auth, assertScope } from '../auth.js';
import { lacksScope, noToken } from '../challenges.js';
import type { ApiDeps, ApiEnv } from '../env.js';
import { Problem } from '../errors.js';
import { noteProblem } from '../problems.js';
import { signInPage, signOutPage } from './pages.js';

export const BOARD_PATH = '/queues';
const SIGN_IN = `${BOARD_PATH}/sign-in`;
const SIGN_OUT = `${BOARD_PATH}/sign-out`;
const BOARD_SCOPE = 'queues:admin';
/** A token as long as a header may be, and what the form puts around it. */
const MAX_FORM_BYTES = 20 * 1024;

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
export function createBoard(deps: ApiDeps, auth: Auth): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  app.use(headers);

  /** @returns why the token does not do; null where it does, and the browser is signed in */
  async function signIn(c: Context<ApiEnv>, token: string): Promise<Problem | null> {
    try {
      const caller = await auth.callerOfToken(token);
      assertScope(caller, BOARD_SCOPE);
      c.get('about').subject = caller.subject;
      c.header('Set-Cookie', await auth.sessions.begin(c, caller));
      return null;
    } catch (error) {
      if (error instanceof Problem) return error;
      throw error;
    }
  }

  const refuse = (c: Context<ApiEnv>, problem: Problem) => {
    noteProblem(c, problem);
    return c.html(signInPage(SIGN_IN, problem.message), problem.status);
  };

  app.post('/sign-in', bodyLimit({ maxSize: MAX_FORM_BYTES }), async (c) => {
    auth.assertOwnPage(c);
    const { token } = await c.req.parseBody();
    const refusal = await signIn(c, typeof token === 'string' ? token.trim() : '');
    return refusal === null ? c.redirect(`${BOARD_PATH}/`, 303) : refuse(c, refusal);
  });
  app.get('/sign-out', (c) => c.html(signOutPage(SIGN_OUT, BOARD_PATH)));
  app.post('/sign-out', async (c) => {
    auth.assertOwnPage(c);
    c.header('Set-Cookie', await auth.sessions.end(c));
    return c.redirect(BOARD_PATH, 303);
  });

  app.use(async (c, next) => {
    const isPage =
      c.req.method === 'GET' &&
      c.req.header('Authorization') === undefined &&
      !/^\/queues\/(?:api|static)\//.test(c.req.path);
    const caller = await auth.identify(c);
    if (caller === null) {
      if (isPage) return c.html(signInPage(SIGN_IN, null));
      throw noToken('Sign in at /queues, or send a bearer token.');
    }
    if (isPage && !caller.scopes.includes(BOARD_SCOPE)) return refuse(c, lacksScope(BOARD_SCOPE));
    assertScope(caller, BOARD_SCOPE);
    return next();
  });
  app.route('/', boardOf(deps));
  return app;
}
