// Who sends a request, and what they may do, however they have shown it.
import type { Scope } from '@gradus/domain';

export interface Caller {
  /** A key's name, or the subject of a JWT: whom events and the log name. */
  subject: string;
  scopes: readonly Scope[];
  /** The only LCA that the caller may check in for, and whose agents it may read and change. */
  lcaUuid?: string | undefined;
  /** Until when this holds, in milliseconds since 1970; null for as long as the key does. */
  expiresAt: number | null;
  /** What was shown: a static key, by its digest, or a JWT of that issuer. */
  by: { sha256: string } | { issuer: string };
}
