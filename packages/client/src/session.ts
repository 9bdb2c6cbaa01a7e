// The session of a browser: what a page of the api's own address signs in with instead of a token.
import type { Scope } from '@gradus/domain';
import type { Request } from './request.js';
import type { CallOptions } from './send.js';

/** Who is signed in. */
export interface Session {
  /** The key's name, or the subject of the JWT. */
  subject: string;
  scopes: Scope[];
  /** null: a key without an end. */
  expiresAt: string | null;
}

/** The calls about the session. */
export function sessionCalls(request: Request) {
  const call = { path: '/session', isAtRoot: true } as const;
  return {
    /** Of a browser alone: the cookie is sent by itself from then on. */
    beginSession: (token: string, options: CallOptions = {}) =>
      request<void>({ ...options, ...call, method: 'POST', json: { token } }),

    /** @returns who has the token, or is signed in */
    getSession: (options: CallOptions = {}) =>
      request<Session>({ ...options, ...call, method: 'GET', isRepeatable: true }),

    endSession: (options: CallOptions = {}) => request<void>({ ...options, ...call, method: 'DELETE' }),
  };
}
