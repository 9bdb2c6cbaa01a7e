// The BullMQ workers of this process.
import type { JobMetrics } from '@gradus/metrics';
import { connectWorkers, QUEUE_NAMES, type QueueName } from '@gradus/queues';
import { Worker, type WorkerOptions } from 'bullmq';
import { z } from 'zod';
import type { Deps } from './deps.js';
import { measureJobs, type Processor } from './measureJobs.js';
import { processor } from './processor.js';
import { announceEvents } from './processors/announceEvents.js';
import { applyReport } from './processors/applyReport.js';
import { deliverWebhook } from './processors/deliverWebhook.js';
import { dispatchTask } from './processors/dispatchTask.js';
import { driveBatch } from './processors/driveBatch.js';
import { pushTasks } from './processors/pushTasks.js';
import { reconcile } from './processors/reconcile.js';
import { startPlan } from './processors/startPlan.js';

/** Short locks for short jobs: what a killed worker held runs again after seconds, not a minute. */
const LOCKS = { lockDuration: 10_000, stalledInterval: 5_000, maxStalledCount: 1_000 };
/** Dispatches of one moment travel together: the more there are, the fewer scripts, and the fuller an LCA's answer. */
const CONCURRENCY: Record<QueueName, number> = {
  plans: 10,
  batches: 50,
  tasks: 200,
  reports: 50,
  webhooks: 50,
  pushes: 100,
};

export interface RunningWorkers {
  ready(): Promise<void>;
  /** Whether the connection stands at this moment. */
  connected(): boolean;
  /** Takes no more jobs. Resolves once those under way are done or handed back. */
  close(): Promise<void>;
}

export function startWorkers(
  deps: Deps,
  connectTo: Parameters<typeof connectWorkers>[0],
  jobs: JobMetrics,
): RunningWorkers {
  const connection = connectWorkers(connectTo);
  const plansProcessors: Record<string, Processor> = {
    'start-plan': startPlan(deps),
    reconcile: reconcile(deps),
  };
  const webhooksProcessors: Record<string, Processor> = {
    'announce-events': announceEvents(deps),
    'deliver-webhook': deliverWebhook(deps),
  };
  // Of a newer version, perhaps.
  const unknownJob = processor(z.never(), deps, async () => null);
  const processors: Record<QueueName, Processor> = {
    plans: (job, token) => (plansProcessors[job.name] ?? unknownJob)(job, token),
    batches: driveBatch(deps),
    tasks: dispatchTask(deps),
    reports: applyReport(deps),
    pushes: pushTasks(deps),
    webhooks: (job, token) => (webhooksProcessors[job.name] ?? unknownJob)(job, token),
  };
  const workers = QUEUE_NAMES.map((name) => {
    const concurrency = CONCURRENCY[name];
    const options: WorkerOptions = { ...connection.options, ...LOCKS, concurrency };
    const worker = new Worker(name, measureJobs(jobs, name, processors[name]), options);
    worker.on('error', connectTo.onError);
    worker.on('stalled', (jobId) => {
      jobs.stalled(name);
      deps.logger.warn({ queue: name, jobId }, 'job stalled: its worker died; it runs again');
    });
    worker.on('failed', (job, error) => {
      const { planId, batchIndex, lifecycleTaskUuid, requestId } = job?.data ?? {};
      const where = { queue: name, jobId: job?.id, planId, batchIndex, lifecycleTaskUuid, requestId };
      deps.logger.warn({ ...where, attempt: job?.attemptsMade, err: error }, 'job failed');
    });
    return worker;
  });
  return {
    ready: async () => {
      await Promise.all(workers.map((worker) => worker.waitUntilReady()));
    },
    connected: connection.connected,
    close: async () => {
      await Promise.all(workers.map((worker) => worker.close()));
      connection.close();
    },
  };
}
