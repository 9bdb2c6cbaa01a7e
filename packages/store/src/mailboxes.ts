// What waits for each LCA: lifecycle tasks to carry out, and cancellations.
import type { TaskOrder } from '@gradus/domain';
import type { DeviceMemory, DeviceWord, Mailboxes, Offer, TakenWork } from './port.js';
import { numberOrNull } from './stored.js';
import { unlessAway } from './storeFaults.js';
import type { StoreParts } from './storeParts.js';
import type { WakeUps } from './wakeUps.js';
import { wellFormedJson } from './wellFormed.js';

/** As it lies in the mailbox. */
type KeptTask = TaskOrder & { traceparent?: string };

function orderOf({ traceparent: _, ...order }: KeptTask): TaskOrder {
  return order;
}

/** Scripts leave out empty lists: Lua cannot tell them from empty objects. */
type RawOffer = Partial<Omit<Offer, 'tasks' | 'device'>> & {
  tasks?: KeptTask[];
  device?: Partial<Record<keyof DeviceMemory, string>>;
};

function memoryOf(device: NonNullable<RawOffer['device']>): DeviceMemory {
  return {
    configAt: numberOrNull(device.configAt),
    said: device.said === undefined ? null : (JSON.parse(device.said) as DeviceWord),
  };
}

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
        tasks: kept.map(orderOf),
        traces: kept.flatMap(({ traceparent }) => traceparent ?? []),
        cancel: taken.cancel ?? [],
        nextDueAt: taken.nextDueAt ?? null,
      };
    },
    find: async (lcaUuid, lifecycleTaskUuid) => {
      const text = await unlessAway(connection.hget(keys.mailboxPart(lcaUuid, 'tasks'), lifecycleTaskUuid));
      return text === null ? null : orderOf(JSON.parse(text) as KeptTask);
    },
    offer: async (lcaUuid, now, cancelTimeoutMs) => {
      const raw = await run<RawOffer>('offer', lcaUuid, { now, cancelTimeoutMs });
      const { tasks = [], running = [], dropped = [], cancel = null, isBlocked = false, device = {} } = raw;
      const rank = ({ lifecycleTaskUuid }: TaskOrder) => (running.includes(lifecycleTaskUuid) ? 0 : 1);
      const inOrder = tasks
        .map(orderOf)
        .sort((a, b) => rank(a) - rank(b) || (a.lifecycleTaskUuid < b.lifecycleTaskUuid ? -1 : 1));
      return { tasks: inOrder, running, dropped, cancel, isBlocked, device: memoryOf(device) };
    },
    handOut: (lcaUuid, lifecycleTaskUuid, now) =>
      run<boolean>('hand-out-task', lcaUuid, { now, lifecycleTaskUuid }),
    refuseCancel: async (lcaUuid, lifecycleTaskUuid, now, goesOnMs) => {
      await run('refuse-cancel', lcaUuid, { now, lifecycleTaskUuid, goesOnMs });
    },
    rememberDevice: async (lcaUuid, memory) => {
      const fields = Object.entries(memory).flatMap(([name, value]) =>
        value === null ? [] : [name, wellFormedJson(value)],
      );
      await unlessAway(connection.hset(keys.device(lcaUuid), ...fields));
    },
    settle: (lcaUuid, lifecycleTaskUuid, outcome, now, isTraced = false) =>
      run('settle-task', lcaUuid, { now, lifecycleTaskUuid, outcome, runningAgainMs, isTraced }),
    waitForWork: (lcaUuid, waitMs, gone, ready) => wakeUps.wait(keys.wakeUps(lcaUuid), waitMs, gone, ready),
    wakeAll: wakeUps.wakeAll,
  };
}
