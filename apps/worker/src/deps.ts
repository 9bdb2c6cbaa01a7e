// What every processor works with.
import type { PushMetrics, WebhookMetrics } from '@gradus/metrics';
import type { Outbound } from '@gradus/outbound';
import type { Queues } from '@gradus/queues';
import type { Store } from '@gradus/store';
import type { Logger } from 'pino';
import type { LeftAlone } from './leftAlone.js';
import type { WebhookSettings } from './webhooks/endpoints.js';

export interface Deps {
  store: Store;
  queues: Queues;
  logger: Logger;
  /** How long an ended plan is kept. */
  planRetentionMs: number;
  /** Tells this Gradus from another. */
  namespace: string;
  outbound: Outbound;
  /** Whether spans are recorded. */
  isTraced: boolean;
  webhooks: WebhookSettings;
  webhookMetrics: WebhookMetrics;
  /** Has an LCA be pushed what is due to it. */
  tellPushed(lcaUuid: string): Promise<void>;
  /** How long an LCA may take for its answer to a push. */
  pushWithinMs: number;
  /** What the addresses of artifacts begin with that are pushed; '' where they are relative to the api's. */
  publicUrl: string;
  pushMetrics: PushMetrics;
  /** What only a newer version knows. */
  leftAlone: LeftAlone;
  /** Aborts when the process has no time left for its jobs: they are handed back. */
  outOfTime: AbortSignal;
}
