// Since when the oldest dispatch job waits for its turn.
import type { Queue } from 'bullmq';
import { releasedAtOf } from './jobIds.js';

/**
 * At the same small cost however many wait: whether one of them still has its job is told by looking through all.
 *
 * @returns when its task was released, in milliseconds since 1970; null where none waits; 0 where only a newer version
 *   can tell
 */
export async function oldestWaitingDispatch(tasks: Queue): Promise<number | null> {
  const [oldest] = await tasks.getRanges(['waiting'], 0, 0, true);
  return oldest === undefined ? null : releasedAtOf(oldest);
}
