// Taking reports on behalf of an LCA: they are durable once this has passed.
import type { AgentReport } from '@gradus/domain';
import type { Context } from 'hono';
import { enqueue } from './enqueue.js';
import type { ApiDeps, ApiEnv } from './env.js';
import { Problem } from './errors.js';
import { hasHungUp } from './hungUp.js';
import { watchWrites } from './replicated.js';
import { within } from './within.js';

/**
 * A deadline may be judged once no report taken before it can still be on its way into the queue. One that
 * took longer than this is not vouched for: the LCA repeats it, which changes nothing twice.
 */
const ENQUEUE_WITHIN_MS = 4_000;

/**
 * Enqueues the reports as one job.
 *
 * @param reports on agents that the LCA owns
 * @throws Problem `unavailable` where that is not known to have been done
 */
export async function takeReports(
  c: Context<ApiEnv>,
  deps: Pick<ApiDeps, 'store' | 'queues'>,
  lcaUuid: string,
  reports: AgentReport[],
): Promise<void> {
  // An api that stood still finds requests of long ago. What their LCAs have said elsewhere since is newer,
  // and would be overwritten by these if they were taken now.
  if (await hasHungUp(c)) throw new Problem('unavailable', 'The LCA had hung up already.');
  const job = { lcaUuid, takenAt: deps.store.now(), requestId: c.get('requestId'), reports };
  const confirm = watchWrites(deps);
  await within(ENQUEUE_WITHIN_MS, () => enqueue(() => deps.queues.applyReports(job)));
  await confirm();
}
