// The whole of the store.
import type { Idempotency } from './idempotency.js';
import type { Inventory } from './inventory.js';
import type { Lcas } from './lcas.js';
import type { Mailboxes } from './mailboxes.js';
import type { Overview } from './overview.js';
import type { Plans } from './plans.js';
import type { Releases, Targets } from './releases.js';
import type { Sessions } from './sessions.js';
import type { PlanSteps } from './steps.js';

export interface Store {
  plans: Plans;
  steps: PlanSteps;
  overview: Overview;
  inventory: Inventory;
  mailboxes: Mailboxes;
  releases: Releases;
  targets: Targets;
  lcas: Lcas;
  sessions: Sessions;
  idempotency: Idempotency;
  /**
   * To be called before writing.
   *
   * @returns resolves once as many replicas as are demanded have all that was written, and read, through the store
   *   since then; throws where that is not known in time
   */
  watchWrites(): () => Promise<void>;
  /** Milliseconds since 1970 by Redis' clock, so that all processes agree. */
  now(): number;
  /** @throws where Redis does not answer */
  ping(): Promise<void>;
  /** Which of its connections stand at this moment. */
  connected(): Record<string, boolean>;
  /** What is configured so that plans could be lost; empty where all is well. */
  durabilityWarnings(): Promise<string[]>;
  close(): Promise<void>;
}
