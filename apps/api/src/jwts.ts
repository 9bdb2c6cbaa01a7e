// JWTs of an identity provider: verified against its keys, and read for who has them and what they may do.
import { createHash } from 'node:crypto';
import { SCOPES, type Scope } from '@gradus/domain';
import { type CompactJWSHeaderParameters, type CryptoKey, errors, type JWTPayload, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import type { Caller } from './caller.js';
import { invalidToken } from './challenges.js';
import { Problem } from './errors.js';
import { type IssuerKeys, KeysUnavailable } from './issuerKeys.js';
import type { JwtSettings } from './jwtSettings.js';
import { IDENTIFIER } from './schemas/fields.js';

const VERIFIED_AT_MOST = 10_000;
/** Of the year 9999: no later instant can be shown. */
const LAST_SECOND = 253_402_300_799;
const LCA_CLAIM = 'lca_uuid';

/** Of a token that has been verified: what it said, and the key that it was verified with. */
interface Verified {
  header: CompactJWSHeaderParameters;
  key: CryptoKey;
  caller: Caller & { expiresAt: number };
}

/** What is read of a token beside its scopes; each with how its fault is told. */
const claims = z.object({
  sub: z.string().min(1).max(200),
  exp: z.number().positive().max(LAST_SECOND),
  // One that cannot be read must not pass for none: the token would speak for every LCA.
  [LCA_CLAIM]: z.string().regex(IDENTIFIER).optional(),
});

const CLAIM_FAULTS: Record<string, string> = {
  exp: 'The token has no expiry (exp) that can be read.',
  sub: 'The token has no subject (sub) of 1 to 200 characters.',
  iss: 'The token is of another issuer.',
  aud: 'The token is for another audience.',
  nbf: 'The token is not valid yet.',
  [LCA_CLAIM]: `The claim ${LCA_CLAIM} of the token names no LCA.`,
};

const NOT_VALID = 'The token is not valid.';

/** In the order in which they are asked. */
const FAULTS: readonly [fault: new (...given: never[]) => Error, told: string][] = [
  [errors.JWTExpired, 'The token has expired.'],
  [errors.JWSSignatureVerificationFailed, 'The signature of the token is not valid.'],
  [errors.JOSEAlgNotAllowed, 'The token is signed with an algorithm that is not accepted.'],
  [errors.JWKSNoMatchingKey, 'The token is signed with a key that its issuer does not publish.'],
  [errors.JWKSMultipleMatchingKeys, 'The token does not name the key that it is signed with (kid).'],
];

/** @returns what may be told of why the token is refused; the error itself where it is no fault of the token */
function refusalOf(error: unknown): unknown {
  if (error instanceof KeysUnavailable) {
    const detail = 'The keys of the issuer cannot be read. Repeat the request shortly.';
    return new Problem('unavailable', detail, {}, { cause: error });
  }
  if (!(error instanceof errors.JOSEError)) return error;
  const [, told] = FAULTS.find(([fault]) => error instanceof fault) ?? [];
  const ofClaim = error instanceof errors.JWTClaimValidationFailed ? CLAIM_FAULTS[error.claim] : undefined;
  return invalidToken(told ?? ofClaim ?? NOT_VALID, error);
}

/** @returns those of the claim that are ours: words with spaces between, or a list; none where it is neither */
function scopesOf(claim: unknown): Scope[] {
  const given: unknown[] = typeof claim === 'string' ? claim.split(' ') : Array.isArray(claim) ? claim : [];
  return SCOPES.filter((scope) => given.includes(scope));
}

function callerOf(payload: JWTPayload, { issuer, scopeClaim }: JwtSettings): Verified['caller'] {
  const parsed = claims.safeParse(payload);
  if (!parsed.success) {
    const [claim] = parsed.error.issues[0]?.path ?? [];
    throw invalidToken(CLAIM_FAULTS[String(claim)] ?? NOT_VALID);
  }
  const { sub, exp, lca_uuid: lcaUuid } = parsed.data;
  const scopes = scopesOf(payload[scopeClaim]);
  return { subject: sub, scopes, lcaUuid, expiresAt: Math.floor(exp * 1_000), by: { issuer } };
}

export interface Jwts {
  readonly issuer: string;
  /** @throws Problem `unauthenticated` saying why; `unavailable` where the key cannot be had */
  callerOf(token: string): Promise<Caller>;
}

/** @param now milliseconds since 1970 */
export function createJwts(settings: JwtSettings, keys: IssuerKeys, now: () => number): Jwts {
  const { issuer, audience, algorithms, clockSkewMs } = settings;
  /** By the token's digest: a signature costs many times what looking it up does. */
  const verified = new LRUCache<string, Verified>({ max: VERIFIED_AT_MOST });

  async function verify(token: string): Promise<Verified> {
    const { payload, protectedHeader, key } = await jwtVerify<JWTPayload, CryptoKey>(token, keys, {
      issuer,
      audience,
      algorithms: [...algorithms],
      clockTolerance: clockSkewMs / 1_000,
      currentDate: new Date(now()),
    });
    return { header: protectedHeader, key, caller: callerOf(payload, settings) };
  }

  /** Its key must be in the set still; and the set is asked for it as it is for any. */
  async function isGoodStill({ header, key, caller }: Verified): Promise<boolean> {
    return caller.expiresAt + clockSkewMs > now() && (await keys(header)) === key;
  }

  return {
    issuer,
    callerOf: async (token) => {
      const digest = createHash('sha256').update(token).digest('base64');
      try {
        const known = verified.get(digest);
        if (known !== undefined && (await isGoodStill(known))) return known.caller;
        verified.delete(digest);
        const fresh = await verify(token);
        verified.set(digest, fresh);
        return fresh.caller;
      } catch (error) {
        throw refusalOf(error);
      }
    },
  };
}
