// Refusals of requests without a good token, with what the client is told of it in `WWW-Authenticate` (RFC 6750).
import type { Scope } from '@gradus/domain';
import { Problem } from './errors.js';

function challenge(attributes: Record<string, string>): Record<string, string> {
  const told = Object.entries(attributes).map(([name, value]) => `${name}="${value}"`);
  return { 'WWW-Authenticate': `Bearer ${told.join(', ')}` };
}

/** For a request that shows nothing: it is told how to, and of no error. */
export function noToken(detail: string): Problem {
  return new Problem('unauthenticated', detail);
}

/** @param detail visible ASCII without `"` and `\`, which the header cannot have */
export function invalidToken(detail: string, cause?: unknown): Problem {
  const headers = challenge({ error: 'invalid_token', error_description: detail });
  return new Problem('unauthenticated', detail, {}, { headers, cause });
}

export function lacksScope(scope: Scope): Problem {
  const headers = challenge({ error: 'insufficient_scope', scope });
  return new Problem('forbidden', `The token lacks the scope ${scope}.`, {}, { headers });
}
