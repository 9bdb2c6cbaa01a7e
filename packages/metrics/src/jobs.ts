// What a worker's jobs come to, and the rate limit that it has set.
import { QUEUE_NAMES, type QueueName } from '@gradus/queues';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

const OUTCOMES = ['completed', 'again', 'handed-back', 'failed'] as const;
/** `again`: it looks again later. `handed-back`: the process ends, and leaves it to others. */
type JobOutcome = (typeof OUTCOMES)[number];

export interface JobMetrics {
  ended(queue: QueueName, outcome: JobOutcome, seconds: number): void;
  stalled(queue: QueueName): void;
  /** @param perSecond lifecycle tasks; null: no limit */
  dispatchRate(perSecond: number | null): void;
}

export function createJobMetrics(registry: Registry): JobMetrics {
  const registers = [registry];
  const duration = new Histogram({
    name: 'gradus_job_duration_seconds',
    help: 'One run of a job, by what it came to',
    labelNames: ['queue', 'outcome'],
    buckets: SECONDS,
    registers,
  });
  const stalled = new Counter({
    name: 'gradus_jobs_stalled_total',
    help: 'Jobs found without the worker that had them: they run again',
    labelNames: ['queue'],
    registers,
  });
  for (const queue of QUEUE_NAMES) {
    stalled.inc({ queue }, 0);
    for (const outcome of OUTCOMES) duration.zero({ queue, outcome });
  }
  const rate = new Gauge({
    name: 'gradus_dispatch_rate_limit',
    help: 'Lifecycle tasks a second that this worker has set as the limit of the whole fleet; +Inf: no limit',
    registers,
  });
  return {
    ended: (queue, outcome, seconds) => duration.observe({ queue, outcome }, seconds),
    stalled: (queue) => stalled.inc({ queue }),
    dispatchRate: (perSecond) => rate.set(perSecond ?? Number.POSITIVE_INFINITY),
  };
}
