// Who may do what: static bearer keys, of which only the SHA-256 is held.
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Scope } from '@gradus/domain';
import type { MiddlewareHandler } from 'hono';
import type { ApiKey } from './apiKeys.js';
import type { ApiEnv } from './env.js';
import { Problem } from './errors.js';

/** The keys that are known. */
export class KeyRing {
  readonly #keys: readonly { key: ApiKey; digest: Buffer }[];

  constructor(keys: readonly ApiKey[]) {
    this.#keys = keys.map((key) => ({ key, digest: Buffer.from(key.sha256, 'hex') }));
  }

  /** Takes the same time whichever key it is. @returns null where no key has this token */
  find(token: string): ApiKey | null {
    const presented = createHash('sha256').update(token).digest();
    let found: ApiKey | null = null;
    for (const { key, digest } of this.#keys) {
      if (timingSafeEqual(presented, digest)) found = key;
    }
    return found;
  }

  /** @returns the key of that name, null where it is not held any more */
  byName(name: string): ApiKey | null {
    return this.#keys.find(({ key }) => key.name === name)?.key ?? null;
  }
}

/**
 * @param header the request's `Authorization`
 * @returns its key; null where there is no header
 * @throws Problem `unauthenticated` where the header is no bearer token that is known
 */
export function keyOfHeader(ring: KeyRing, header: string | undefined): ApiKey | null {
  if (header === undefined) return null;
  const token = /^Bearer +(\S+)$/i.exec(header)?.[1];
  const key = token === undefined ? null : ring.find(token);
  if (key === null) throw new Problem('unauthenticated', 'The token is not valid.');
  return key;
}

/** @throws Problem `forbidden` where the key lacks the scope */
export function assertScope(key: ApiKey, scope: Scope): void {
  if (!key.scopes.includes(scope)) throw new Problem('forbidden', `The token lacks the scope ${scope}.`);
}

/** Lets nobody by without a valid token. */
export function authenticate(ring: KeyRing): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const key = keyOfHeader(ring, c.req.header('Authorization'));
    if (key === null) throw new Problem('unauthenticated', 'Send the header Authorization: Bearer TOKEN.');
    c.set('key', key);
    await next();
  };
}

/** The part of a route's definition that says, and enforces, which scope it takes. */
export function scoped(scope: Scope) {
  const requireScope: MiddlewareHandler<ApiEnv> = async (c, next) => {
    assertScope(c.var.key, scope);
    await next();
  };
  return { security: [{ bearer: [scope] }], middleware: requireScope };
}
