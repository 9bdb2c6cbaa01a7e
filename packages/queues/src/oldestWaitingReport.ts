// Since when the oldest report that is not applied yet has been waiting for it.
import type { Queue } from 'bullmq';

/** Where more wait, it is not looked for which is the oldest. */
const LOOKED_AT = 5_000;
/** Its job may end between two looks; the next one is the oldest then. */
const LOOKS = 5;

/**
 * @returns when it was taken, in milliseconds since 1970; null where none waits; 0 where it cannot be seen which is
 *   the oldest: too many wait, they are applied too fast, or it is one that only a newer version can read
 */
export async function oldestWaitingReport(reports: Queue): Promise<number | null> {
  for (let look = 0; look < LOOKS; look += 1) {
    const ids = await reports.getRanges(['waiting', 'active', 'delayed'], 0, LOOKED_AT - 1, true);
    if (ids.length === 0) return null;
    // What is tried again, or is put off for a newer version's worker, may stand anywhere among them.
    if (ids.length >= LOOKED_AT) return 0;
    // Their ids are counted up: the smallest was taken first.
    const oldest = await reports.getJob(Math.min(...ids.map(Number)).toString());
    if (oldest === undefined) continue;
    const { takenAt }: { takenAt?: unknown } = oldest.data;
    return typeof takenAt === 'number' ? takenAt : 0;
  }
  return 0;
}
