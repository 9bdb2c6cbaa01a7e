// An LCA that does nothing by itself: the test says what it takes and what it reports.
import type { Client } from '@gradus/client';
import type { AgentReport, CheckInAnswer, LifecycleTask } from '@gradus/domain';
import { TO } from './fleet.js';
import { waitFor } from './waitFor.js';

const WAIT_S = 5;

export interface HandLca {
  /** Waits for the next lifecycle task. */
  takeTask(): Promise<LifecycleTask>;
  /** Waits until so many lifecycle tasks have come, and gives them all. */
  takeTasks(count: number): Promise<LifecycleTask[]>;
  /** Waits until it was told to drop this task. */
  untilCancelled(lifecycleTaskUuid: string): Promise<void>;
  /** One check-in; what it hands out is kept for the next taking. */
  checkIn(reports: AgentReport[], wait?: number): Promise<CheckInAnswer>;
}

export function createHandLca(client: Client, lcaUuid: string): HandLca {
  const tasks: LifecycleTask[] = [];
  const cancelled = new Set<string>();
  const checkIn = async (reports: AgentReport[], wait = 0) => {
    const answer = await client.checkIn(lcaUuid, { reports, wait });
    tasks.push(...answer.tasks);
    for (const uuid of answer.cancel) cancelled.add(uuid);
    return answer;
  };
  return {
    checkIn,
    takeTask: () =>
      waitFor(
        async () => {
          if (tasks.length === 0) await checkIn([], WAIT_S);
          return tasks.shift();
        },
        { what: `a lifecycle task for ${lcaUuid}`, timeoutMs: 25_000 },
      ),
    takeTasks: (count) =>
      waitFor(
        async () => {
          if (tasks.length < count) await checkIn([], WAIT_S);
          return tasks.length >= count && tasks.splice(0);
        },
        { what: `${count} lifecycle tasks for ${lcaUuid}`, timeoutMs: 25_000 },
      ),
    untilCancelled: async (lifecycleTaskUuid) => {
      await waitFor(
        async () => {
          if (!cancelled.has(lifecycleTaskUuid)) await checkIn([], WAIT_S);
          return cancelled.has(lifecycleTaskUuid);
        },
        { what: `${lcaUuid} to be told to drop ${lifecycleTaskUuid}`, timeoutMs: 25_000 },
      );
    },
  };
}

type Facts = Partial<{ runtimeStatus: string; actualVersion: string; actualRelease: string }>;

/** What an instance reports that runs the target. */
export const ON_TARGET: Facts = {
  runtimeStatus: 'running',
  actualVersion: TO.version,
  actualRelease: TO.release,
};

/** A report on the task, and with it what its instance runs where `facts` are given. */
export function reportOn(
  { agentId, lifecycleTaskUuid, componentInstanceUuid }: LifecycleTask,
  status: 'running' | 'completed' | 'failed',
  facts?: Facts,
): AgentReport {
  return {
    agentId,
    tasks: [{ lifecycleTaskUuid, status, ...(status === 'failed' ? { error: 'checksum mismatch' } : {}) }],
    ...(facts === undefined ? {} : { components: [{ componentInstanceUuid, ...facts }] }),
  };
}
