// Who asks, and whether they may: by a static key, a JWT, or the session of a browser.
import { ITSELF, type Scope } from '@gradus/domain';
import type { Context, MiddlewareHandler } from 'hono';
import { decodeProtectedHeader } from 'jose';
import type { Caller } from './caller.js';
import { invalidToken, lacksScope, noToken } from './challenges.js';
import type { ApiDeps, ApiEnv } from './env.js';
import { openIssuerKeys } from './issuerKeys.js';
import { createJwts } from './jwts.js';
import { KeyRing } from './keyRing.js';
import { assertSameOrigin } from './origins.js';
import { type BrowserSessions, createBrowserSessions } from './sessions.js';

export interface Auth {
  /** @throws Problem `unauthenticated`; `unavailable` where that cannot be known now */
  callerOfToken(token: string): Promise<Caller>;
  /**
   * Takes the bearer token; where none is sent, the session.
   *
   * @returns who sends the request, now also in the context and its log line; null where it shows neither
   * @throws Problem `unauthenticated`; `unavailable`; `forbidden` where another site used the session
   */
  identify(c: Context<ApiEnv>): Promise<Caller | null>;
  /** @throws Problem `forbidden` where another site's page sends what changes something */
  assertOwnPage(c: Context<ApiEnv>): void;
  sessions: BrowserSessions;
}

/** A static key has no header that could be read. */
function isJwt(token: string): boolean {
  if (!token.includes('.')) return false;
  try {
    decodeProtectedHeader(token);
    return true;
  } catch {
    return false;
  }
}

/** @throws Problem `unauthenticated` where the header is no bearer token's */
function bearerOf(header: string): string {
  const token = /^Bearer +(\S+)$/i.exec(header)?.[1];
  if (token === undefined) throw noToken('Send the header Authorization: Bearer TOKEN.');
  return token;
}

export function createAuth({ store, keys, jwt, trustProxy, logger, shutdown }: ApiDeps): Auth {
  const ring = new KeyRing(keys);
  const jwts =
    jwt === null
      ? null
      : createJwts(
          jwt,
          openIssuerKeys({ url: jwt.jwksUrl, refreshMs: jwt.refreshMs, logger, shutdown }),
          store.now,
        );
  const sessions = createBrowserSessions({ store, ring, jwts, trustProxy });

  const callerOfToken: Auth['callerOfToken'] = async (token) => {
    if (jwts === null || !isJwt(token)) {
      const holder = ring.find(token);
      if (holder === null) throw invalidToken('The token is not valid.');
      return holder;
    }
    const caller = await jwts.callerOf(token);
    // Events and limits go by the name alone.
    if (caller.subject === ITSELF || ring.hasName(caller.subject)) {
      throw invalidToken('The subject of the token is the name of a static key, or of Gradus itself.');
    }
    return caller;
  };

  return {
    callerOfToken,
    identify: async (c) => {
      const header = c.req.header('Authorization');
      const caller =
        header === undefined ? await sessions.callerOf(c) : await callerOfToken(bearerOf(header));
      if (caller === null) return null;
      c.set('caller', caller);
      c.get('about').subject = caller.subject;
      if (header === undefined) assertSameOrigin(c, trustProxy);
      return caller;
    },
    assertOwnPage: (c) => assertSameOrigin(c, trustProxy),
    sessions,
  };
}

/** @throws Problem `forbidden` where the caller lacks the scope */
export function assertScope(caller: Caller, scope: Scope): void {
  if (!caller.scopes.includes(scope)) throw lacksScope(scope);
}

/** Lets nobody by without a valid token or session. */
export function authenticate(auth: Auth): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const caller = await auth.identify(c);
    if (caller === null) throw noToken('Send the header Authorization: Bearer TOKEN.');
    await next();
  };
}

/** The part of a route's definition that says, and enforces, which scope it takes. */
export function scoped(scope: Scope) {
  const requireScope: MiddlewareHandler<ApiEnv> = async (c, next) => {
    assertScope(c.get('caller'), scope);
    await next();
  };
  return { security: [{ bearer: [scope] }, { session: [scope] }], middleware: requireScope };
}
