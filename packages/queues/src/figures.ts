// How many jobs a queue has in each state, and for how long the oldest of them has been in it.
import type { Connection } from '@gradus/redis';
import type { Queue } from 'bullmq';
import type { QueueName } from './catalogue.js';
import type { QueueFigures } from './port.js';

/** BullMQ sorts delayed jobs by their time and, within a millisecond, by when they came. */
const SCORES_A_MS = 4_096;

/**
 * @param connection on which the queue is open
 * @returns the figures of every state
 */
export async function figuresOf(
  name: QueueName,
  queue: Queue,
  connection: Connection,
): Promise<QueueFigures[]> {
  const now = Date.now();
  const [counts, waitingSince, activeSince, dueSince] = await Promise.all([
    queue.getJobCounts('waiting', 'active', 'delayed', 'failed'),
    oldestSince('waiting'),
    oldestSince('active'),
    firstDue(),
  ]);
  const figure = (state: QueueFigures['state'], since: number | null) => ({
    queue: name,
    state,
    jobs: counts[state] ?? 0,
    oldestMs: since === null ? 0 : Math.max(0, now - since),
  });
  return [
    figure('waiting', waitingSince),
    figure('active', activeSince),
    figure('delayed', dueSince),
    { ...figure('failed', null), oldestMs: null },
  ];

  /**
   * Both lists have the oldest first, but for what was handed back. Of a job that comes round, as a batch's does, the
   * time begins when it was last taken up, a few seconds before it waits again.
   *
   * @returns null where there is none
   */
  async function oldestSince(state: 'waiting' | 'active'): Promise<number | null> {
    const [id] = await queue.getRanges([state], 0, 0, true);
    if (id === undefined) return null;
    // Not the whole job: of a gateway's reports it is large.
    const fields = await connection.hmget(queue.toKey(id), 'timestamp', 'opts', 'processedOn');
    const [enqueuedAt, options, takenUpAt] = fields.map((field) => field ?? null);
    // It ended between the two.
    if (enqueuedAt === null || enqueuedAt === undefined) return null;
    const { delay = 0 }: { delay?: number } = JSON.parse(options ?? '{}');
    return Math.max(Number(enqueuedAt) + delay, Number(takenUpAt ?? 0));
  }

  async function firstDue(): Promise<number | null> {
    const [, score] = await connection.zrange(queue.toKey('delayed'), '0', '0', 'WITHSCORES');
    return score === undefined ? null : Number(score) / SCORES_A_MS;
  }
}
