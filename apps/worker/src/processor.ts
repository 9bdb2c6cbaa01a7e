// How every job is run: its data checked, its time kept, its faults told apart.
import { JOB_VERSION } from '@gradus/queues';
import { DelayedError, type Job, UnrecoverableError } from 'bullmq';
import type { z } from 'zod';
import type { Deps } from './deps.js';

const NEWER_JOB_AGAIN_MS = 5_000;

/**
 * A BullMQ processor of jobs of one kind.
 *
 * @param work returns when the job is to run again (milliseconds since 1970), null where it is done
 */
export function processor<Data>(
  schema: z.ZodType<Data>,
  { logger, store }: Deps,
  work: (data: Data, job: Job) => Promise<number | null>,
) {
  return async (job: Job, token?: string): Promise<void> => {
    const parsed = schema.safeParse(job.data);
    if (!parsed.success) {
      if (!isNewer(job.data)) throw new UnrecoverableError(`not a ${job.name} job: ${parsed.error.message}`);
      logger.warn({ jobId: job.id, job: job.name }, 'a newer job is left to a newer worker');
      return delay(job, NEWER_JOB_AGAIN_MS, token);
    }
    const again = await work(parsed.data, job);
    if (again !== null) await delay(job, again - store.now(), token);
  };
}

function isNewer(data: unknown): boolean {
  const version: unknown = typeof data === 'object' && data !== null ? Reflect.get(data, 'v') : undefined;
  return typeof version === 'number' && version > JOB_VERSION;
}

/** BullMQ takes the instant by this process' own clock, which need not be Redis'. */
async function delay(job: Job, delayMs: number, token: string | undefined): Promise<never> {
  await job.moveToDelayed(Date.now() + Math.max(0, delayMs), token);
  throw new DelayedError();
}
