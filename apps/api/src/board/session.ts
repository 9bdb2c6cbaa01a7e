// Who looks at the board: by a bearer token, or by the session that a cookie names.
import type { Store } from '@gradus/store';
import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { ApiKey } from '../apiKeys.js';
import { assertScope, type KeyRing, keyOfHeader } from '../auth.js';
import type { ApiEnv } from '../env.js';

const COOKIE = 'gradus_session';
const SESSION_MS = 8 * 3_600_000;
export const BOARD_SCOPE = 'queues:admin';

/** A proxy that ends TLS says so; one that lies only makes the cookie stricter. */
function isHttps(c: Context<ApiEnv>): boolean {
  return new URL(c.req.url).protocol === 'https:' || c.req.header('X-Forwarded-Proto') === 'https';
}

export async function beginSession(c: Context<ApiEnv>, store: Store, key: ApiKey, path: string) {
  setCookie(c, COOKIE, await store.sessions.begin(key.name, SESSION_MS), {
    path,
    httpOnly: true,
    sameSite: 'Strict',
    secure: isHttps(c),
    maxAge: SESSION_MS / 1_000,
  });
}

export async function endSession(c: Context<ApiEnv>, store: Store, path: string) {
  const sessionId = deleteCookie(c, COOKIE, { path, secure: isHttps(c) });
  if (sessionId !== undefined) await store.sessions.end(sessionId);
}

/**
 * @returns the key that may look at the board; null where the browser is not signed in
 * @throws Problem where a bearer token is not valid, or lacks the scope
 */
export async function keyOfBoard(c: Context<ApiEnv>, store: Store, ring: KeyRing): Promise<ApiKey | null> {
  const bearer = keyOfHeader(ring, c.req.header('Authorization'));
  if (bearer !== null) {
    assertScope(bearer, BOARD_SCOPE);
    return bearer;
  }
  const sessionId = getCookie(c, COOKIE);
  const name = sessionId === undefined ? null : await store.sessions.keyOf(sessionId);
  const key = name === null ? null : ring.byName(name);
  return key?.scopes.includes(BOARD_SCOPE) === true ? key : null;
}
