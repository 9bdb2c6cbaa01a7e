// What every processor works with.
import type { Queues } from '@gradus/queues';
import type { Store } from '@gradus/store';
import type { Logger } from 'pino';
import type { LeftAlone } from './leftAlone.js';

export interface Deps {
  store: Store;
  queues: Queues;
  logger: Logger;
  /** How long an ended plan is kept. */
  planRetentionMs: number;
  /** What only a newer version knows. */
  leftAlone: LeftAlone;
  /** Aborts when the process has no time left for its jobs: they are handed back. */
  outOfTime: AbortSignal;
}
