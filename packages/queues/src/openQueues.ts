// The queues, opened on a Redis: what the apps enqueue, and how.
import { connect, connectWhenThere, NO_REPLICAS, type ReplicaDemand, watchReplicas } from '@gradus/redis';
import { type JobsOptions, Queue, type QueueOptions } from 'bullmq';
import {
  type DeliverWebhookJob,
  JOB_VERSION,
  newerVersionOf,
  QUEUE_NAMES,
  type QueueName,
} from './catalogue.js';
import { figuresOf } from './figures.js';
import { batchJobId, deliveryJobId, dispatchJobId, pushJobId } from './jobIds.js';
import { oldestWaitingDispatch } from './oldestWaitingDispatch.js';
import { oldestWaitingReport } from './oldestWaitingReport.js';
import type { Queues, WorkerConnection } from './port.js';

/** Faults of the infrastructure are retried; the outcome of an upgrade never is by a job's attempts. */
const RETRIES: Record<QueueName, JobsOptions> = {
  // A batch's job lives as long as its batch, and its failures add up: a backoff that grew with them would too.
  plans: { attempts: 10, backoff: { type: 'fixed', delay: 1_000 } },
  batches: { attempts: 10, backoff: { type: 'fixed', delay: 1_000 } },
  tasks: { attempts: 6, backoff: { type: 'exponential', delay: 250 } },
  reports: { attempts: 9, backoff: { type: 'exponential', delay: 250 } },
  // Of its deliveries each says so itself.
  webhooks: {
    attempts: 10,
    backoff: { type: 'fixed', delay: 1_000 },
    // For a while what was delivered is not delivered again though it is handed over again.
    removeOnComplete: { count: 1_000 },
  },
  // What an LCA does not take is no fault of the job: how long it waits then is kept with the LCA.
  pushes: { attempts: 10, backoff: { type: 'fixed', delay: 1_000 } },
};

/** The part of a backoff that is drawn by lot, so that what failed together does not come back together. */
const JITTER = 0.5;

const FAILED_JOBS_KEPT = 1_000;
/** What BullMQ says of jobs while they go their way; nobody here listens to it. */
const JOB_EVENTS_KEPT = 1_000;
const ADDED_AT_ONCE = 500;
const SECOND_MS = 1_000;
/** A schedule whose next round is late by so many has lost its job. */
const OVERDUE_ROUNDS = 3;

export interface QueuesOptions {
  url: string;
  /** The queues' prefix is this as a hash tag, so that Redis Cluster keeps a queue together. */
  namespace: string;
  onError: (error: unknown) => void;
  /** Where jobs are to be traced. */
  telemetry?: NonNullable<QueueOptions['telemetry']>;
}

function prefixOf(namespace: string): string {
  return `{${namespace}}`;
}

/** For an app's workers: patient connections, as BullMQ asks for. */
export function connectWorkers({ url, namespace, onError, telemetry }: QueuesOptions): WorkerConnection {
  const connection = connect(url, 'patient', onError);
  return {
    options: {
      connection,
      prefix: prefixOf(namespace),
      ...(telemetry === undefined ? {} : { telemetry }),
    },
    connected: () => connection.status === 'ready',
    close: () => connection.disconnect(),
  };
}

/**
 * Opens producers, once Redis is there; from then on they fail at once while it is away.
 *
 * @param options.replicas how many are to have what was enqueued before `watchWrites` confirms it; by default none
 */
export async function openQueues({
  url,
  namespace,
  onError,
  telemetry,
  replicas = NO_REPLICAS,
}: QueuesOptions & { replicas?: ReplicaDemand }): Promise<Queues> {
  const connection = await connectWhenThere(url, 'prompt', onError);
  const writes = watchReplicas(connection, namespace, replicas, onError);
  const open = (name: QueueName) => {
    const queue = new Queue(name, {
      connection,
      prefix: prefixOf(namespace),
      skipWaitingForReady: true,
      ...(telemetry === undefined ? {} : { telemetry }),
      // It would ask at once, and nobody hears a failure.
      skipVersionCheck: true,
      streams: { events: { maxLen: JOB_EVENTS_KEPT } },
      defaultJobOptions: {
        removeOnComplete: true,
        ...RETRIES[name],
        removeOnFail: { count: FAILED_JOBS_KEPT },
      },
    });
    queue.on('error', onError);
    return queue;
  };
  const queues = Object.fromEntries(QUEUE_NAMES.map((name) => [name, open(name)])) as Record<
    QueueName,
    Queue
  >;

  /**
   * Adds the job where there is none of its id that will still run. Whoever asks for it knows the plan that it is
   * for, and can do it: one that a newer version left, as an upgrade that was taken back does, is replaced.
   *
   * @returns the state it was found in
   */
  async function ensure(queue: Queue, name: string, data: object, jobId: string, delay = 0): Promise<string> {
    const [state, job] = await Promise.all([queue.getJobState(jobId), queue.getJob(jobId)]);
    const isOver = state === 'failed' || state === 'completed' || state === 'unknown';
    if (isOver || newerVersionOf(job?.data) !== null) {
      // Also where it stands in no list: its row may have outlived them, and adding it would then be nothing.
      await queue.remove(jobId);
      await queue.add(name, data, { jobId, delay });
    }
    return state;
  }

  /** @returns whether the job was waiting for its time and does so no longer */
  async function promote(queue: Queue, jobId: string): Promise<boolean> {
    try {
      await (await queue.getJob(jobId))?.promote();
      return true;
    } catch {
      // Its time had just come: another worker has it.
      return false;
    }
  }

  /** Has a job that comes round come at once. */
  async function lookNow(queue: Queue, name: string, data: object, jobId: string): Promise<void> {
    const state = await ensure(queue, name, data, jobId);
    if (state === 'waiting' || state === 'unknown') return;
    if (state === 'delayed' && (await promote(queue, jobId))) return;
    // It is at work now and may have read what we want it to see: one more look beside it.
    await queue.add(name, data);
  }

  const dispatchTasks: Queues['dispatchTasks'] = async (orders) => {
    for (let start = 0; start < orders.length; start += ADDED_AT_ONCE) {
      const jobs = orders.slice(start, start + ADDED_AT_ONCE).map((order) => ({
        name: 'dispatch-task',
        data: { v: JOB_VERSION, ...order },
        opts: { jobId: dispatchJobId(order) },
      }));
      await queues.tasks.addBulk(jobs);
    }
  };

  const deliverWebhooks: Queues['deliverWebhooks'] = async (deliveries, { attempts, backoffMs }) => {
    const backoff = { type: 'exponential', delay: backoffMs, jitter: JITTER };
    // One by one: of a bulk some may be missing without a word, and nobody would miss them.
    const add = (delivery: Omit<DeliverWebhookJob, 'v'>) => {
      const jobId = deliveryJobId(delivery.event, delivery.endpoint);
      const data = { v: JOB_VERSION, ...delivery };
      return queues.webhooks.add('deliver-webhook', data, { jobId, attempts, backoff });
    };
    for (let start = 0; start < deliveries.length; start += ADDED_AT_ONCE) {
      await Promise.all(deliveries.slice(start, start + ADDED_AT_ONCE).map(add));
    }
  };

  const ensurePlanJob = (planId: string, delayMs: number) =>
    ensure(queues.plans, 'start-plan', { v: JOB_VERSION, planId }, planId, Math.max(0, delayMs));

  return {
    startPlan: async (planId, delayMs) => {
      const state = await ensurePlanJob(planId, delayMs);
      if (state === 'delayed' && delayMs <= 0) await promote(queues.plans, planId);
    },
    ensurePlanJob: async (planId, delayMs) => {
      await ensurePlanJob(planId, delayMs);
    },
    driveBatch: (planId, batchIndex) => {
      const data = { v: JOB_VERSION, planId, batchIndex };
      return lookNow(queues.batches, 'drive-batch', data, batchJobId(planId, batchIndex));
    },
    ensureBatchJob: async (planId, batchIndex) => {
      const data = { v: JOB_VERSION, planId, batchIndex };
      await ensure(queues.batches, 'drive-batch', data, batchJobId(planId, batchIndex));
    },
    dispatchTasks,
    redispatchTasks: async (orders) => {
      const again = orders.map((order) =>
        ensure(queues.tasks, 'dispatch-task', { v: JOB_VERSION, ...order }, dispatchJobId(order)),
      );
      await Promise.all(again);
    },
    applyReports: async (reports) => {
      await queues.reports.add('apply-report', { v: JOB_VERSION, ...reports });
    },
    announceEvents: async (planId, events) => {
      const data = { v: JOB_VERSION, events };
      await queues.webhooks.add('announce-events', data, { jobId: `${planId}.events` });
    },
    deliverWebhooks,
    pushTasks: (lcaUuid) =>
      lookNow(queues.pushes, 'push-tasks', { v: JOB_VERSION, lcaUuid }, pushJobId(lcaUuid)),
    ensurePushJob: async (lcaUuid, delayMs) => {
      const data = { v: JOB_VERSION, lcaUuid };
      await ensure(queues.pushes, 'push-tasks', data, pushJobId(lcaUuid), Math.max(0, delayMs));
    },
    watchWrites: writes.watch,
    oldestWaitingReport: () => oldestWaitingReport(queues.reports),
    oldestWaitingDispatch: () => oldestWaitingDispatch(queues.tasks),
    setDispatchRate: async (perSecond) => {
      if (perSecond === null) await queues.tasks.removeGlobalRateLimit();
      else await queues.tasks.setGlobalRateLimit(perSecond, SECOND_MS);
    },
    scheduleReconcile: async (everyMs) => {
      const scheduled = await queues.plans.getJobScheduler('reconcile');
      const isLive =
        scheduled?.every === everyMs && Date.now() - (scheduled.next ?? 0) < OVERDUE_ROUNDS * everyMs;
      // Setting it anew puts the next round off: not where it runs.
      if (isLive) return;
      await queues.plans.removeJobScheduler('reconcile');
      const template = { name: 'reconcile', data: { v: JOB_VERSION } };
      await queues.plans.upsertJobScheduler('reconcile', { every: everyMs }, template);
    },
    figures: async () => {
      const figures = await Promise.all(QUEUE_NAMES.map((name) => figuresOf(name, queues[name], connection)));
      return figures.flat();
    },
    connected: () => connection.status === 'ready',
    all: () => Object.values(queues),
    close: async () => {
      writes.close();
      await Promise.allSettled(Object.values(queues).map((queue) => queue.close()));
      connection.disconnect();
    },
  };
}
