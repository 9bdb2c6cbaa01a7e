// One simulated agent: a single component whose upgrades take a while and end as fate has it.
import type { AgentReport, ComponentFacts, LifecycleTask } from '@gradus/domain';
import type { FateOf } from './fates.js';
import type { RememberedAgent, RememberedTask } from './memory.js';

export const COMPONENT_NAME = 'zmetis';

/** Ended tasks beyond these are forgotten: no control plane hands them out again. */
const REMEMBERED_TASKS = 16;

export interface Device {
  agentId: string;
  /** Runs a task that it does not know; of one that it knows it says the last status again. */
  take(task: LifecycleTask): void;
  /** Drops a task that has not ended, and says how it ended. */
  cancel(lifecycleTaskUuid: string): void;
  knows(lifecycleTaskUuid: string): boolean;
  /** What it runs now; null where it is not heard of. */
  beat(): AgentReport | null;
  /** Goes on where its process was ended; the last end is said again, as it may not have been heard. */
  resume(): void;
}

interface DeviceParts {
  agentId: string;
  state: RememberedAgent;
  fateOf: FateOf;
  /** Resolves once the state is durable. */
  save: () => Promise<void>;
  report: (lifecycleTaskUuid: string, report: AgentReport) => void;
}

export function createDevice({ agentId, state, fateOf, save, report }: DeviceParts): Device {
  const timers = new Map<string, NodeJS.Timeout>();

  async function say(uuid: string, task: RememberedTask): Promise<void> {
    const { status, error } = task;
    const tasks = [{ lifecycleTaskUuid: uuid, status, error }];
    // The facts of an end go along, so that it is decided at once; before it there is nothing new to say.
    const said = status === 'running' ? { agentId, tasks } : { agentId, components: [facts()], tasks };
    await save();
    if (!isSilent(task)) report(uuid, said);
  }

  function facts(): ComponentFacts {
    return {
      componentName: COMPONENT_NAME,
      runtimeStatus: 'running',
      actualVersion: state.version,
      actualRelease: state.release,
    };
  }

  function isSilent(task: RememberedTask): boolean {
    return fateOf(agentId, task.ordinal).outcome === 'silent';
  }

  function begin(uuid: string, task: RememberedTask): void {
    void say(uuid, task);
    if (isSilent(task)) return;
    const timer = setTimeout(() => end(uuid, task), fateOf(agentId, task.ordinal).durationMs);
    timers.set(uuid, timer);
  }

  function end(uuid: string, task: RememberedTask): void {
    timers.delete(uuid);
    const fate = fateOf(agentId, task.ordinal);
    if (fate.outcome === 'success') {
      state.version = task.toVersion;
      state.release = task.toRelease;
    }
    task.status = fate.outcome === 'failure' ? 'failed' : 'completed';
    task.error = fate.outcome === 'failure' ? fate.error : null;
    void say(uuid, task);
  }

  function remember(uuid: string, task: RememberedTask): void {
    state.tasks[uuid] = task;
    const ended = Object.entries(state.tasks).filter(([, known]) => known.status !== 'running');
    for (const [oldest] of ended.slice(0, -REMEMBERED_TASKS)) delete state.tasks[oldest];
  }

  return {
    agentId,
    take({ lifecycleTaskUuid: uuid, toVersion, toRelease }) {
      const known = state.tasks[uuid];
      if (known !== undefined) return void say(uuid, known);
      const task: RememberedTask = {
        status: 'running',
        error: null,
        toVersion,
        toRelease,
        ordinal: state.upgrades,
      };
      state.upgrades += 1;
      remember(uuid, task);
      begin(uuid, task);
    },
    cancel(uuid) {
      const task = state.tasks[uuid];
      if (task === undefined) return;
      if (task.status === 'running' && !isSilent(task)) {
        clearTimeout(timers.get(uuid));
        timers.delete(uuid);
        task.status = 'cancelled';
      }
      void say(uuid, task);
    },
    knows: (uuid) => uuid in state.tasks,
    beat: () => (Object.values(state.tasks).some(isSilent) ? null : { agentId, components: [facts()] }),
    resume() {
      const newest = Object.keys(state.tasks).at(-1);
      for (const [uuid, task] of Object.entries(state.tasks)) {
        if (task.status === 'running') begin(uuid, task);
        else if (uuid === newest) void say(uuid, task);
      }
    },
  };
}
