// Browser sessions: a cookie with a random id stands for whoever signed in. Redis keeps them, so that they outlive
// an api and work on each.

import { SCOPES } from '@gradus/domain';
import type { Store } from '@gradus/store';
import type { Context } from 'hono';
import { generateCookie, getCookie } from 'hono/cookie';
import { z } from 'zod';
import type { Caller } from './caller.js';
import { invalidToken } from './challenges.js';
import type { ApiEnv } from './env.js';
import type { Jwts } from './jwts.js';
import type { KeyRing } from './keyRing.js';
import { addressOf } from './origins.js';

export const COOKIE = 'gradus_session';
const SESSION_MS = 8 * 3_600_000;

/** What is kept of a session. */
const record = z.object({
  subject: z.string(),
  scopes: z.array(z.enum(SCOPES)).readonly(),
  lcaUuid: z.string().optional(),
  expiresAt: z.number(),
  by: z.union([z.strictObject({ sha256: z.string() }), z.strictObject({ issuer: z.string() })]),
}) satisfies z.ZodType<Caller>;

type Session = z.infer<typeof record>;

function readRecord(text: string): Session | null {
  try {
    return record.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

export interface BrowserSessions {
  /**
   * Ends the browser's session, where it has one, and begins another: for some hours, and never longer than the
   * token holds.
   *
   * @returns what the answer has as `Set-Cookie`
   */
  begin(c: Context<ApiEnv>, caller: Caller): Promise<string>;
  /** @returns what the answer has as `Set-Cookie` */
  end(c: Context<ApiEnv>): Promise<string>;
  /** @returns null where the browser has no session, or it is over */
  callerOf(c: Context<ApiEnv>): Promise<Caller | null>;
}

export function createBrowserSessions({
  store,
  ring,
  jwts,
  trustProxy,
}: {
  store: Store;
  ring: KeyRing;
  jwts: Jwts | null;
  trustProxy: boolean;
}): BrowserSessions {
  /** Under TLS the name says that no other host, nor a page without TLS, has set the cookie. */
  const attributes = (c: Context<ApiEnv>) =>
    addressOf(c, trustProxy).protocol === 'https:' ? ({ prefix: 'host', secure: true } as const) : {};
  const idOf = (c: Context<ApiEnv>) => getCookie(c, COOKIE, attributes(c).prefix);

  /** A key that was taken away, or given another token, ends its sessions, as does another issuer. */
  function stillHolds(session: Session): Caller | null {
    const { by, subject, expiresAt } = session;
    if (expiresAt <= store.now()) return null;
    if ('issuer' in by) return by.issuer === jwts?.issuer && !ring.hasName(subject) ? session : null;
    const holder = ring.holderOf(by.sha256);
    return holder === null ? null : { ...holder, expiresAt };
  }

  return {
    begin: async (c, caller) => {
      const now = store.now();
      const expiresAt = Math.min(now + SESSION_MS, caller.expiresAt ?? Number.POSITIVE_INFINITY);
      // Good still by the clocks' difference alone.
      if (expiresAt <= now) throw invalidToken('The token has expired.');
      const former = idOf(c);
      if (former !== undefined) await store.sessions.end(former);
      const content = JSON.stringify({ ...caller, expiresAt } satisfies Session);
      const sessionId = await store.sessions.begin(content, Math.ceil(expiresAt - now));
      return generateCookie(COOKIE, sessionId, {
        ...attributes(c),
        path: '/',
        httpOnly: true,
        sameSite: 'Strict',
        maxAge: Math.floor((expiresAt - now) / 1_000),
      });
    },
    end: async (c) => {
      const former = idOf(c);
      if (former !== undefined) await store.sessions.end(former);
      return generateCookie(COOKIE, '', { ...attributes(c), path: '/', maxAge: 0 });
    },
    callerOf: async (c) => {
      const sessionId = idOf(c);
      const content = sessionId === undefined ? null : await store.sessions.read(sessionId);
      const session = content === null ? null : readRecord(content);
      return session === null ? null : stillHolds(session);
    },
  };
}
