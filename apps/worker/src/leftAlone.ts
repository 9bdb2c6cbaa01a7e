// What only a newer version knows is left to the workers that are of it: put off, and said without flooding the log.
import type { NewerPlan } from '@gradus/store';
import type { Logger } from 'pino';

const AGAIN_MS = 1_000;
const AGAIN_AT_MOST_MS = 30_000;
/** So many come back to this worker in a second, as far as the longest wait allows: it has jobs of its own to do. */
const COME_BACK_A_SECOND = 200;
const SAID_EVERY_MS = 60_000;
const PLANS_REMEMBERED = 10_000;

export interface LeftAlone {
  /** Says it, once for each plan. */
  notePlan(plan: NewerPlan): void;
  /** Says it for each kind of job, now and then, and how many there were since. */
  noteJob(job: string, version: number): void;
  /** @returns for how long a job is put off that another worker is to take, in milliseconds */
  putOffMs(): number;
}

export function createLeftAlone(logger: Logger): LeftAlone {
  const plans = new Set<string>();
  const jobs = new Map<string, { saidAt: number; since: number }>();
  let lastBackAt = 0;
  return {
    notePlan: ({ planId, schema }) => {
      if (plans.has(planId)) return;
      if (plans.size >= PLANS_REMEMBERED) plans.clear();
      plans.add(planId);
      logger.warn({ planId, schema }, 'a plan of a newer version is left to the workers that know it');
    },
    noteJob: (job, version) => {
      const kind = `${job} ${version}`;
      const now = performance.now();
      const { saidAt, since } = jobs.get(kind) ?? { saidAt: Number.NEGATIVE_INFINITY, since: 0 };
      if (now - saidAt < SAID_EVERY_MS) {
        jobs.set(kind, { saidAt, since: since + 1 });
        return;
      }
      jobs.set(kind, { saidAt: now, since: 0 });
      const told = { job, version, putOff: since + 1 };
      logger.warn(told, 'jobs of a newer version are left to the workers that know them');
    },
    putOffMs: () => {
      const now = performance.now();
      const next = Math.max(lastBackAt + 1_000 / COME_BACK_A_SECOND, now + AGAIN_MS);
      lastBackAt = Math.min(next, now + AGAIN_AT_MOST_MS);
      return lastBackAt - now;
    },
  };
}
