// Who is told what happened to plans.
import type { KeptEventType } from '@gradus/domain';

export interface Endpoint {
  /** Names it in ids, metrics and the log. */
  name: string;
  url: string;
  /** One, or two while one takes the other's place. */
  secrets: readonly string[];
  /** What it wants to know of; undefined: everything. */
  types?: readonly KeptEventType[] | undefined;
}

/** How webhooks are delivered. */
export interface WebhookSettings {
  endpoints: readonly Endpoint[];
  /** How often one is tried. */
  attempts: number;
  /** How long the second try waits; doubled for each further one. */
  backoffMs: number;
  /** How long an endpoint may take for its answer. */
  withinMs: number;
}
