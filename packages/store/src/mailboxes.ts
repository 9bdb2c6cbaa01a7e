// What waits for each LCA: lifecycle tasks to carry out, and cancellations.
import type { LifecycleTask } from '@gradus/domain';
import type { Mailboxes, TakenWork } from './port.js';
import type { StoreParts } from './storeParts.js';
import type { WakeUps } from './wakeUps.js';

/** As it lies in the mailbox. */
type KeptTask = LifecycleTask & { traceparent?: string };

export function createMailboxes({ scripts, keys, timing }: StoreParts, wakeUps: WakeUps): Mailboxes {
  const { dispatchedAgainMs, runningAgainMs } = timing;
  const run = <Answer>(name: Parameters<typeof scripts.run>[0], lcaUuid: string, input: object) =>
    scripts.run<Answer>(name, keys.mailbox(lcaUuid), input);
  return {
    putTask: async (lcaUuid, task, now, traceparent) => {
      const kept = traceparent === undefined ? task : { ...task, traceparent };
      return run<boolean>('put-task', lcaUuid, { now, task: kept, channel: keys.wakeUps(lcaUuid) });
    },
    giveBack: async (lcaUuid, { tasks, cancel }, dueAt) => {
      await run('give-back', lcaUuid, { tasks, cancel, dueAt });
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
    settle: (lcaUuid, lifecycleTaskUuid, outcome, now, isTraced = false) =>
      run('settle-task', lcaUuid, { now, lifecycleTaskUuid, outcome, runningAgainMs, isTraced }),
    waitForWork: (lcaUuid, waitMs, signal, ready) =>
      wakeUps.wait(keys.wakeUps(lcaUuid), waitMs, signal, ready),
  };
}
