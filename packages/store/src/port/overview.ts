// How all plans stand.
import type { PauseKind } from './occurrences.js';
import type { Active } from './steps.js';

/** The plans that are kept, counted. */
export interface PlansOverview {
  /** Those that have not ended, by status, and how many have. */
  plans: Record<'pending' | 'running' | 'paused' | 'ended', number>;
  paused: Record<PauseKind, number>;
  /** The longest that one of the running plans has been without an outcome while its batch has some to come. */
  longestSilenceMs: number;
  /** When it was taken: milliseconds since 1970. */
  takenAt: number;
}

/** How all plans stand, from the last look at each of them: to be read often, at the cost of one key. */
export interface Overview {
  /** Keeps what a look at every active plan has seen. */
  keep(active: Active, now: number): Promise<void>;
  /** @returns null where nobody has looked yet */
  read(): Promise<PlansOverview | null>;
}
