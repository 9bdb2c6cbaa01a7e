// What must stand in the queues whatever happens to them: the rate limit, and the reconcile job's schedule. Both
// are set at the start, and put back where somebody wiped the queues.
import type { Deps } from './deps.js';

const RECONCILE_EVERY_MS = 5_000;
const LOOK_EVERY_MS = 5_000;

/** @param dispatchRate lifecycle tasks a second; null: no limit */
export async function keepStanding({ queues, logger }: Deps, dispatchRate: number | null) {
  const setUp = async () => {
    await queues.setDispatchRate(dispatchRate);
    await queues.scheduleReconcile(RECONCILE_EVERY_MS);
  };
  await setUp();
  const timer = setInterval(() => {
    setUp().catch((err: unknown) => logger.warn({ err }, 'the queues could not be looked after'));
  }, LOOK_EVERY_MS);
  return { stop: () => clearInterval(timer) };
}
