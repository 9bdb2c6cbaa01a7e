// What the environment may say of JWTs: from whom they are taken, and how they are read.
import { isIP } from 'node:net';
import { z } from 'zod';

/** Those that a public key verifies. With any other, whoever can read the key set could sign. */
const ALGORITHMS = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
] as const;

export interface JwtSettings {
  /** Of the issuer's key set. */
  jwksUrl: URL;
  issuer: string;
  audience: string;
  algorithms: readonly string[];
  clockSkewMs: number;
  /** Which claim has the scopes. */
  scopeClaim: string;
  /** How often the key set is read again. */
  refreshMs: number;
}

const URL_RULE =
  'must be an https:// URL without a password, http:// of this machine alone, or file:///path/of/jwks.json';

function isOfThisMachine({ hostname }: URL): boolean {
  const address = hostname.replace(/^\[(.*)\]$/, '$1');
  return address === 'localhost' || address === '::1' || (isIP(address) === 4 && address.startsWith('127.'));
}

function isJwksUrl(given: string): boolean {
  if (!URL.canParse(given)) return false;
  const url = new URL(given);
  if (url.protocol === 'file:') return url.host === '';
  if (url.username !== '' || url.password !== '') return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && isOfThisMachine(url));
}

export const jwksUrl = z
  .string()
  .refine(isJwksUrl, URL_RULE)
  .transform((given) => new URL(given));

export const algorithms = z
  .string()
  .default(ALGORITHMS.join(','))
  .transform((text) => text.split(',').map((name) => name.trim()))
  .pipe(z.array(z.enum(ALGORITHMS, `must be one or more of ${ALGORITHMS.join(', ')}, with commas between`)));

export const claimName = z
  .string()
  .regex(/^\S{1,200}$/, 'must be the name of a claim, without spaces')
  .default('scope');

/** Whose tokens are taken, for whom, and how they are known: one without the others would be half a lock. */
const TOGETHER = ['GRADUS_JWKS_URL', 'GRADUS_JWT_ISSUER', 'GRADUS_JWT_AUDIENCE'] as const;

/** @returns what is missing beside what is set, as faults; none where all of it is set, or nothing */
export function missingOfJwts(set: Readonly<Record<string, string | undefined>>): string[] {
  const given = TOGETHER.filter((name) => set[name] !== undefined);
  if (given.length === 0) return [];
  const missing = TOGETHER.filter((name) => set[name] === undefined);
  return missing.map((name) => `${name}: must be set, because ${given.join(' and ')} is`);
}

interface JwtVariables {
  GRADUS_JWKS_URL?: URL | undefined;
  GRADUS_JWT_ISSUER?: string | undefined;
  GRADUS_JWT_AUDIENCE?: string | undefined;
  GRADUS_JWT_ALGORITHMS: readonly string[];
  GRADUS_JWT_CLOCK_SKEW: number;
  GRADUS_JWT_SCOPE_CLAIM: string;
  GRADUS_JWKS_REFRESH: number;
}

/** @returns null where no JWTs are taken */
export function jwtSettings(given: JwtVariables): JwtSettings | null {
  const { GRADUS_JWKS_URL: url, GRADUS_JWT_ISSUER: issuer, GRADUS_JWT_AUDIENCE: audience } = given;
  if (url === undefined || issuer === undefined || audience === undefined) return null;
  return {
    jwksUrl: url,
    issuer,
    audience,
    algorithms: given.GRADUS_JWT_ALGORITHMS,
    clockSkewMs: given.GRADUS_JWT_CLOCK_SKEW,
    scopeClaim: given.GRADUS_JWT_SCOPE_CLAIM,
    refreshMs: given.GRADUS_JWKS_REFRESH,
  };
}
