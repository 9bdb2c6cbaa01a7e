// What waits for each LCA: lifecycle tasks to carry out, and cancellations.
import type { TaskOrder } from '@gradus/domain';
import type { Mailboxes, TakenWork } from './port.js';
import { unlessAway } from './storeFaults.js';
import type { StoreParts } from './storeParts.js';
import type { WakeUps } from './wakeUps.js';

/** As it lies in the mailbox. */
type KeptTask = TaskOrder & { traceparent?: string };

export function createMailboxes(
  { connection, scripts, keys, timing }: StoreParts,
  wakeUps: WakeUps,
): Mailboxes {
  const { dispatchedAgainMs, runningAgainMs } = timing;
  const run = <Answer>(name: Parameters<typeof scripts.run>[0], lcaUuid: string, input: object) =>
    scripts.run<Answer>(name, keys.mailbox(lcaUuid), input);
  return {
    putTask: async (lcaUuid, task, now, traceparent) => {
      const kept = traceparent === undefined ? task : { ...task, traceparent };
      await run('put-task', lcaUuid, { now, task: kept, channel: keys.wakeUps(lcaUuid) });
    },
    take: async (lcaUuid, now, limit) => {
      const taken = await run<Partial<Omit<TakenWork, 'tasks'>> & { tasks?: KeptTask[] }>('take', lcaUuid, {
        now,
        limit,
        dispatchedAgainMs,
        runningAgainMs,
      });
      const kept = taken.tasks ?? [];
      return {
        tasks: kept.map(({ traceparent: _, ...task }) => task),
        traces: kept.flatMap(({ traceparent }) => traceparent ?? []),
        cancel: taken.cancel ?? [],
        nextDueAt: taken.nextDueAt ?? null,
      };
    },
    find: async (lcaUuid, lifecycleTaskUuid) => {
      const text = await unlessAway(connection.hget(keys.mailboxTasks(lcaUuid), lifecycleTaskUuid));
      if (text === null) return null;
      const { traceparent: _, ...task } = JSON.parse(text) as KeptTask;
      return task;
    },
    settle: (lcaUuid, lifecycleTaskUuid, outcome, now, isTraced = false) =>
      run('settle-task', lcaUuid, { now, lifecycleTaskUuid, outcome, runningAgainMs, isTraced }),
    waitForWork: (lcaUuid, waitMs, signal, ready) =>
      wakeUps.wait(keys.wakeUps(lcaUuid), waitMs, signal, ready),
  };
}
