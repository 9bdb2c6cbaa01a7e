// Keys for the api, and the tokens that belong to them.
import { createHash, randomBytes } from 'node:crypto';

export const ALL_SCOPES = [
  'plans:read',
  'plans:write',
  'agents:read',
  'agents:write',
  'agents:check-in',
  'releases:read',
  'releases:write',
  'queues:admin',
] as const;

export type Scope = (typeof ALL_SCOPES)[number];

/** What the api is given of a key. */
export interface ApiKey {
  name: string;
  /** Of the token, in hexadecimal digits. */
  sha256: string;
  scopes: readonly Scope[];
  lcaUuid?: string;
}

/**
 * @param lcaUuid the only LCA that the key may check in for
 * @returns the key, and the token that only its holder knows
 */
export function makeApiKey(
  name: string,
  scopes: readonly Scope[] = ALL_SCOPES,
  lcaUuid?: string,
): { token: string; key: ApiKey } {
  const token = randomBytes(24).toString('base64url');
  const sha256 = createHash('sha256').update(token).digest('hex');
  return { token, key: { name, sha256, scopes, ...(lcaUuid === undefined ? {} : { lcaUuid }) } };
}
