// Times every run of a job, and tells what it came to.
import type { JobMetrics } from '@gradus/metrics';
import type { QueueName } from '@gradus/queues';
import { DelayedError, type Job, WaitingError } from 'bullmq';

export type Processor = (job: Job, token?: string) => Promise<void>;

function outcomeOf(error: unknown) {
  if (error instanceof DelayedError) return 'again';
  return error instanceof WaitingError ? 'handed-back' : 'failed';
}

/** @returns a processor that does the same */
export function measureJobs(metrics: JobMetrics, queue: QueueName, run: Processor): Processor {
  return async (job, token) => {
    const began = performance.now();
    const tell = (outcome: Parameters<JobMetrics['ended']>[1]) =>
      metrics.ended(queue, outcome, (performance.now() - began) / 1_000);
    try {
      await run(job, token);
      tell('completed');
    } catch (error) {
      tell(outcomeOf(error));
      throw error;
    }
  };
}
