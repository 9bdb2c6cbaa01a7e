// Doing something in time or not at all, as far as the client is told.
import { Problem } from './errors.js';

/**
 * @param ms how long it may take
 * @throws Problem `unavailable` where it took longer; it may have been done all the same
 */
export async function within(ms: number, run: () => Promise<void>): Promise<void> {
  const began = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  const done = run();
  // A failure after its time has nobody left to tell.
  done.catch(() => undefined);
  await Promise.race([done, late]).finally(() => clearTimeout(timer));
  if (performance.now() - began >= ms) {
    throw new Problem('unavailable', 'The queues are too slow. Repeat the request shortly.');
  }
}
