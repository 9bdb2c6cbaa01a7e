// What the apps may ask of the queues.
import type { KeptEvent } from '@gradus/domain';
import type { ConnectionOptions, Queue, QueueOptions } from 'bullmq';
import type { ApplyReportJob, DeliverWebhookJob, DispatchTaskJob, QueueName } from './catalogue.js';

/** The jobs of one queue in one state. */
export interface QueueFigures {
  queue: QueueName;
  state: 'waiting' | 'active' | 'delayed' | 'failed';
  jobs: number;
  /**
   * How long the oldest one has waited for its turn, been at work, or been overdue; 0 where there is none. Null of
   * failed ones, which wait for nothing.
   */
  oldestMs: number | null;
}

export interface Queues {
  /** Starts the plan after `delayMs`. Repeating it is nothing. */
  startPlan(planId: string, delayMs: number): Promise<void>;
  /** Puts the plan's start back where it is gone; one that waits for its time is left waiting. */
  ensurePlanJob(planId: string, delayMs: number): Promise<void>;
  /** Has the batch looked at at once: by its job, which is put back where it is gone. */
  driveBatch(planId: string, batchIndex: number): Promise<void>;
  /** Puts the batch's job back where it is gone; one that waits for its time is left waiting. */
  ensureBatchJob(planId: string, batchIndex: number): Promise<void>;
  /** One job for each order. */
  dispatchTasks(orders: readonly Omit<DispatchTaskJob, 'v'>[]): Promise<void>;
  /**
   * Orders whose jobs are gone are enqueued again; those still waiting are left alone. Each costs the more the more
   * jobs wait: it is for those whose turn should have come.
   */
  redispatchTasks(orders: readonly Omit<DispatchTaskJob, 'v'>[]): Promise<void>;
  /** One job for all reports of one check-in; durable once this resolves. */
  applyReports(reports: Omit<ApplyReportJob, 'v'>): Promise<void>;
  /** Has every endpoint told of them, by whoever knows the endpoints. Repeating it is nothing. */
  announceEvents(planId: string, events: readonly KeptEvent[]): Promise<void>;
  /** One job for each, tried again and again for as long as `retry` says; those that are there already are left alone. */
  deliverWebhooks(
    deliveries: readonly Omit<DeliverWebhookJob, 'v'>[],
    retry: { attempts: number; backoffMs: number },
  ): Promise<void>;
  /** Has the LCA's mailbox looked at at once, and what is due pushed: by its job, which is put back where it is gone. */
  pushTasks(lcaUuid: string): Promise<void>;
  /** Puts the LCA's push job back where it is gone; one that waits for its time is left waiting. */
  ensurePushJob(lcaUuid: string, delayMs: number): Promise<void>;
  /**
   * To be called before enqueueing.
   *
   * @returns resolves once as many replicas as are demanded have all that was enqueued since then; throws where that
   *   is not known in time
   */
  watchWrites(): () => Promise<void>;
  /** When the oldest report that is not applied yet was taken; null where none waits. */
  oldestWaitingReport(): Promise<number | null>;
  /** When the task was released whose dispatch job has waited longest for its turn; null where none waits. */
  oldestWaitingDispatch(): Promise<number | null>;
  /** Sets the fleet-wide rate limit of lifecycle tasks a second; null: none. */
  setDispatchRate(perSecond: number | null): Promise<void>;
  /** Has the reconcile job come round for as long as any worker lives; put back where it is gone. */
  scheduleReconcile(everyMs: number): Promise<void>;
  /** Every queue in every state, at the cost of some thirty commands however many jobs there are. */
  figures(): Promise<QueueFigures[]>;
  /** Whether the connection stands at this moment. */
  connected(): boolean;
  /** For a board that shows them. */
  all(): Queue[];
  close(): Promise<void>;
}

/** How workers reach the queues. */
export interface WorkerConnection {
  /** The part of a worker's options that all share. */
  options: {
    connection: ConnectionOptions;
    prefix: string;
    telemetry?: NonNullable<QueueOptions['telemetry']>;
  };
  /** Whether the connection stands at this moment. */
  connected(): boolean;
  close(): void;
}
