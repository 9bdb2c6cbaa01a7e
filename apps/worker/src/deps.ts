// What every processor works with.
import type { Queues } from '@gradus/queues';
import type { Store } from '@gradus/store';
import type { Logger } from 'pino';

export interface Deps {
  store: Store;
  queues: Queues;
  logger: Logger;
  /** How long an ended plan is kept. */
  planRetentionMs: number;
}
