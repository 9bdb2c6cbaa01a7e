// What waits for each LCA: lifecycle tasks to carry out, and cancellations.
import type { TaskOrder } from '@gradus/domain';
import type { Mailboxes, TakenWork } from './port.js';
import { unlessAway } from './storeFaults.js';
import type { StoreParts } from './storeParts.js';
import type { WakeUps } from './wakeUps.js';

export function createMailboxes(
  { connection, scripts, keys, timing }: StoreParts,
  wakeUps: WakeUps,
): Mailboxes {
  const { dispatchedAgainMs, runningAgainMs } = timing;
  const run = <Answer>(name: Parameters<typeof scripts.run>[0], lcaUuid: string, input: object) =>
    scripts.run<Answer>(name, keys.mailbox(lcaUuid), input);
  return {
    putTask: async (lcaUuid, task, now) => {
      await run('put-task', lcaUuid, { now, task, channel: keys.wakeUps(lcaUuid) });
    },
    take: async (lcaUuid, now, limit) => {
      const taken = await run<Partial<TakenWork>>('take', lcaUuid, {
        now,
        limit,
        dispatchedAgainMs,
        runningAgainMs,
      });
      return { tasks: taken.tasks ?? [], cancel: taken.cancel ?? [], nextDueAt: taken.nextDueAt ?? null };
    },
    find: async (lcaUuid, lifecycleTaskUuid) => {
      const text = await unlessAway(connection.hget(keys.mailboxTasks(lcaUuid), lifecycleTaskUuid));
      return text === null ? null : (JSON.parse(text) as TaskOrder);
    },
    settle: async (lcaUuid, lifecycleTaskUuid, outcome, now) => {
      await run('settle-task', lcaUuid, { now, lifecycleTaskUuid, outcome, runningAgainMs });
    },
    waitForWork: (lcaUuid, waitMs, signal, ready) =>
      wakeUps.wait(keys.wakeUps(lcaUuid), waitMs, signal, ready),
  };
}
