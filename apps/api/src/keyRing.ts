// The static keys that are known, of which only the SHA-256 is held.
import { createHash, timingSafeEqual } from 'node:crypto';
import type { ApiKey } from './apiKeys.js';
import type { Caller } from './caller.js';

export class KeyRing {
  readonly #keys: readonly { key: ApiKey; digest: Buffer }[];

  constructor(keys: readonly ApiKey[]) {
    this.#keys = keys.map((key) => ({ key, digest: Buffer.from(key.sha256, 'hex') }));
  }

  /** Takes the same time whichever key it is. @returns null where no key has this token */
  find(token: string): Caller | null {
    return this.#byDigest(createHash('sha256').update(token).digest());
  }

  /** @returns who has the key of this digest, null where it is not held any more */
  holderOf(sha256: string): Caller | null {
    return this.#byDigest(Buffer.from(sha256, 'hex'));
  }

  /** @returns whether a key has this name */
  hasName(name: string): boolean {
    return this.#keys.some(({ key }) => key.name === name);
  }

  #byDigest(presented: Buffer): Caller | null {
    let found: ApiKey | null = null;
    for (const { key, digest } of this.#keys) {
      if (presented.length === digest.length && timingSafeEqual(presented, digest)) found = key;
    }
    if (found === null) return null;
    const { name, scopes, lcaUuid, sha256 } = found;
    return { subject: name, scopes, lcaUuid, expiresAt: null, by: { sha256 } };
  }
}
