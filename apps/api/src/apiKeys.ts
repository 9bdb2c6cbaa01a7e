// What a static key is, and what it may do.
import type { Scope } from '@gradus/domain';

export interface ApiKey {
  /** The subject: who acts with this key. */
  name: string;
  /** Of the token, in hexadecimal digits. */
  sha256: string;
  scopes: readonly Scope[];
  /** The only LCA that the key may check in for, and whose agents it may read and change. */
  lcaUuid?: string | undefined;
}
