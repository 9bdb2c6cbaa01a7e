// The BullMQ workers of this process.
import { connectWorkers, type QueueName } from '@gradus/queues';
import { type Job, Worker, type WorkerOptions } from 'bullmq';
import { z } from 'zod';
import type { Deps } from './deps.js';
import { processor } from './processor.js';
import { applyReport } from './processors/applyReport.js';
import { dispatchTask } from './processors/dispatchTask.js';
import { driveBatch } from './processors/driveBatch.js';
import { reconcile } from './processors/reconcile.js';
import { startPlan } from './processors/startPlan.js';

/** Short locks for short jobs: what a killed worker held runs again after seconds, not a minute. */
const LOCKS = { lockDuration: 10_000, stalledInterval: 5_000, maxStalledCount: 1_000 };
const CONCURRENCY: Record<QueueName, number> = { plans: 10, batches: 50, tasks: 200, reports: 50 };

type Processor = (job: Job, token?: string) => Promise<void>;

export interface RunningWorkers {
  ready(): Promise<void>;
  /** Takes no more jobs. Resolves once those under way are done or handed back. */
  close(): Promise<void>;
}

export function startWorkers(deps: Deps, connectTo: Parameters<typeof connectWorkers>[0]): RunningWorkers {
  const connection = connectWorkers(connectTo);
  const plansProcessors: Record<string, Processor> = {
    'start-plan': startPlan(deps),
    reconcile: reconcile(deps),
  };
  // Of a newer version, perhaps.
  const unknownJob = processor(z.never(), deps, async () => null);
  const processors: Record<QueueName, Processor> = {
    plans: (job, token) => (plansProcessors[job.name] ?? unknownJob)(job, token),
    batches: driveBatch(deps),
    tasks: dispatchTask(deps),
    reports: applyReport(deps),
  };
  const workers = Object.entries(processors).map(([name, process]) => {
    const concurrency = CONCURRENCY[name as QueueName];
    const options: WorkerOptions = { ...connection.options, ...LOCKS, concurrency };
    const worker = new Worker(name, process, options);
    worker.on('error', connectTo.onError);
    worker.on('stalled', (jobId) => {
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
    close: async () => {
      await Promise.all(workers.map((worker) => worker.close()));
      connection.close();
    },
  };
}
