// Since when the oldest report that is not applied yet has been waiting for it.
import type { Queue } from 'bullmq';

const LOOKED_AT = 1_000;
/** Its job may end between two looks; the next one is the oldest then. */
const LOOKS = 5;

/**
 * @returns when it was taken, in milliseconds since 1970; null where none waits; 0 where reports are applied too
 *   fast to see which is the oldest
 */
export async function oldestWaitingReport(reports: Queue): Promise<number | null> {
  for (let look = 0; look < LOOKS; look += 1) {
    const ids = await reports.getRanges(['waiting', 'active', 'delayed'], 0, LOOKED_AT - 1, true);
    // What is tried again waits at the other end.
    ids.push(...(await reports.getRanges(['waiting'], 0, LOOKED_AT - 1, false)));
    if (ids.length === 0) return null;
    // Their ids are counted up: the smallest was taken first.
    const oldest = await reports.getJob(Math.min(...ids.map(Number)).toString());
    if (oldest !== undefined) return oldest.data.takenAt;
  }
  return 0;
}
