// What the parts of the store are made of.
import type { Connection } from '@gradus/redis';
import type { Clock } from './clock.js';
import type { Keys } from './keys.js';
import type { Scripts } from './scripts.js';
import type { Timing } from './timing.js';

export interface StoreParts {
  connection: Connection;
  scripts: Scripts;
  keys: Keys;
  clock: Clock;
  timing: Timing;
  /** Whether a plan's targets must be releases that are there. */
  requireReleases: boolean;
}
