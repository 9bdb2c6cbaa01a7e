// How every job is run: its data checked, its time kept, its faults told apart.
import { newerVersionOf } from '@gradus/queues';
import { NewerPlan } from '@gradus/store';
import { type About, describeSpan } from '@gradus/traces';
import { DelayedError, type Job, UnrecoverableError, WaitingError } from 'bullmq';
import type { z } from 'zod';
import type { Deps } from './deps.js';
import { GIVEN_UP, unlessOutOfTime } from './outOfTime.js';

/**
 * A BullMQ processor of jobs of one kind.
 *
 * @param work returns when the job is to run again (milliseconds since 1970), null where it is done
 */
export function processor<Data>(
  schema: z.ZodType<Data>,
  { logger, store, leftAlone, outOfTime }: Deps,
  work: (data: Data, job: Job) => Promise<number | null>,
) {
  return async (job: Job, token?: string): Promise<void> => {
    const parsed = schema.safeParse(job.data);
    if (!parsed.success) {
      const version = newerVersionOf(job.data);
      if (version === null) throw new UnrecoverableError(`not a ${job.name} job: ${parsed.error.message}`);
      leftAlone.noteJob(job.name, version);
      return delay(job, leftAlone.putOffMs(), token);
    }
    describeSpan(parsed.data as About);
    try {
      const again = await unlessOutOfTime(outOfTime, () => work(parsed.data, job));
      if (again === GIVEN_UP) {
        logger.warn({ jobId: job.id, job: job.name }, 'no time is left for the job: it is handed back');
        return await handBack(job, token);
      }
      if (again !== null) await delay(job, again - store.now(), token);
    } catch (error) {
      if (!(error instanceof NewerPlan)) throw error;
      leftAlone.notePlan(error);
      await delay(job, leftAlone.putOffMs(), token);
    }
  };
}

/** BullMQ takes the instant by this process' own clock, which need not be Redis'. */
async function delay(job: Job, delayMs: number, token: string | undefined): Promise<never> {
  await job.moveToDelayed(Date.now() + Math.max(0, delayMs), token);
  throw new DelayedError();
}

/** It is the next that any worker takes; left behind, it would be found only once its lock is over. */
async function handBack(job: Job, token: string | undefined): Promise<never> {
  await job.moveToWait(token);
  throw new WaitingError();
}
