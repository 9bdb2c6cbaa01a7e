// The agent's lifecycle tasks: each is carried out once, one after the other, and its end is remembered.
import type { LifecycleTask } from '@gradus/domain';
import { dropArtifacts, fetchArtifacts } from './artifacts.js';
import {
  awaitStarted,
  type CommandEnd,
  lastWords,
  type SeenEnd,
  type Started,
  startCommand,
  stopRemains,
  stopStarted,
} from './command.js';
import type { Source } from './download.js';
import { type Facts, factsText, isDone } from './facts.js';
import type { Instance } from './instance.js';
import type { Journal } from './journal.js';
import type { KnownTask, Memory } from './memory.js';
import type { AgentSettings } from './settings.js';

export interface Tasks {
  /** Carries out a task that it does not know; of one that it knows the status is said again. */
  take(order: LifecycleTask): void;
  /** Drops a task that has not ended; of one that has, or was not known, it is said that it is over. */
  cancel(uuid: string): void;
  /** Goes on with what an earlier agent has left. */
  resume(): void;
  /** Whether a task is being carried out, so that what runs may be anything. */
  isAtWork(): boolean;
}

interface TaskParts {
  settings: AgentSettings;
  memory: Memory;
  instance: Instance;
  journal: Journal;
  source: Source;
  /** Of the agent's commands. */
  env: NodeJS.ProcessEnv;
  /** There is something to say. */
  onNews: () => void;
  signal: AbortSignal;
}

interface End {
  status: 'completed' | 'failed' | 'cancelled';
  error: string | null;
}

const COMPLETED: End = { status: 'completed', error: null };
const CANCELLED: End = { status: 'cancelled', error: null };

/** It is a folder's name, too. */
const UUID = /^(?!\.{1,2}$)[A-Za-z0-9._:-]{1,128}$/;

export function createTasks({
  settings,
  memory,
  instance,
  journal,
  source,
  env,
  onNews,
  signal,
}: TaskParts): Tasks {
  const drops = new Map<string, AbortController>();
  let last: Promise<void> = Promise.resolve();
  let atWork: string | null = null;

  function enqueue(uuid: string, task: KnownTask, order: LifecycleTask): void {
    const drop = new AbortController();
    if (task.isCancelled) drop.abort();
    drops.set(uuid, drop);
    // It throws where the agent ends, and then nothing of it is waited for.
    last = last.then(() => carryOut(uuid, task, order, drop.signal)).catch(() => undefined);
  }

  async function carryOut(
    uuid: string,
    task: KnownTask,
    order: LifecycleTask,
    drop: AbortSignal,
  ): Promise<void> {
    signal.throwIfAborted();
    atWork = uuid;
    const { status, error } = await attempt(uuid, task, order, drop).catch((fault): End => {
      // The agent ends, not the task: the next one goes on with it.
      signal.throwIfAborted();
      if (drop.aborted) return CANCELLED;
      return failed(fault instanceof Error ? fault.message : String(fault));
    });
    task.status = status;
    task.error = error;
    task.isHeard = false;
    drops.delete(uuid);
    await memory.save();
    journal.tell('task', `${uuid} ${status}${error === null ? '' : `: ${error}`}`, { uuid, status, error });
    await dropArtifacts(memory.folderOf(uuid)).catch(() => undefined);
    atWork = null;
    onNews();
  }

  async function attempt(
    uuid: string,
    task: KnownTask,
    order: LifecycleTask,
    drop: AbortSignal,
  ): Promise<End> {
    const folder = memory.folderOf(uuid);
    if (task.command !== null) {
      const end = await takeUp(uuid, task.command, order, drop);
      if (end !== 'not-begun' && end !== 'run-again') return end;
      if (end === 'not-begun') task.runs -= 1;
    } else if (isDone(await instance.facts(0), order)) {
      journal.tell('task', `${uuid}: nothing to do, it runs well on the target already`, { uuid });
      return COMPLETED;
    }
    drop.throwIfAborted();
    return judge(await run(uuid, task, order, drop), order, folder, drop);
  }

  /** Goes by what has become of a command that an earlier agent began. */
  async function takeUp(
    uuid: string,
    command: Started,
    order: LifecycleTask,
    drop: AbortSignal,
  ): Promise<End | 'not-begun' | 'run-again'> {
    const what = `${uuid}: an earlier agent began its command; going by what became of it`;
    journal.tell('command', what, { uuid });
    const folder = memory.folderOf(uuid);
    const end = await stoppable(command, drop, awaitStarted(command, folder, signal));
    if (end === 'not-begun') return end;
    if (end !== 'lost') return judge(end, order, folder, drop);
    const facts = await instance.settled(order, drop);
    if (isDone(facts, order)) return COMPLETED;
    if (drop.aborted) return CANCELLED;
    if (settings.mayRunAgain) return 'run-again';
    return failed(`interrupted: nobody saw how the command ended; ${component(facts)}`);
  }

  async function run(
    uuid: string,
    task: KnownTask,
    order: LifecycleTask,
    drop: AbortSignal,
  ): Promise<SeenEnd> {
    const folder = memory.folderOf(uuid);
    const artifacts = await fetchArtifacts(
      order.artifacts,
      folder,
      settings.publicKeys,
      source,
      AbortSignal.any([signal, drop]),
    );
    const command = await startCommand(settings.exec, folder, {
      ...env,
      GRADUS_TASK_UUID: uuid,
      GRADUS_AGENT_ID: order.agentId,
      GRADUS_COMPONENT_NAME: order.componentName,
      GRADUS_COMPONENT_INSTANCE_UUID: order.componentInstanceUuid,
      GRADUS_FROM_VERSION: order.fromVersion,
      GRADUS_TO_VERSION: order.toVersion,
      GRADUS_TO_RELEASE: order.toRelease,
      GRADUS_ATTEMPT: String(order.attempt),
      GRADUS_RUN: String(task.runs + 1),
      GRADUS_DEADLINE: order.deadline,
      GRADUS_ARTIFACTS: artifacts,
    });
    const { pid, identity } = command;
    task.command = { pid, identity };
    task.runs += 1;
    // On the disk before anything happens: from here on it may have run.
    await memory.save();
    if (drop.aborted) command.abandon();
    else command.go();
    journal.tell('command', `${uuid}: the command runs as ${pid}`, { uuid, pid });
    return stoppable(task.command, drop, command.ended);
  }

  /** Waits for the end, and brings it about where the task is dropped. */
  async function stoppable<Ended extends CommandEnd>(
    command: Started,
    drop: AbortSignal,
    ended: Promise<Ended>,
  ): Promise<Ended> {
    let stopped: Promise<void> = Promise.resolve();
    const stop = () => {
      // It throws where the agent ends.
      stopped = stopStarted(command, settings.graceMs, signal).catch(() => undefined);
    };
    if (drop.aborted) stop();
    else drop.addEventListener('abort', stop);
    try {
      const end = await ended;
      await stopped;
      if (end === 'lost' || (typeof end === 'object' && 'signal' in end))
        await stopRemains(command, settings.graceMs, signal);
      return end;
    } finally {
      drop.removeEventListener('abort', stop);
      instance.forget();
    }
  }

  async function judge(end: SeenEnd, order: LifecycleTask, folder: string, drop: AbortSignal): Promise<End> {
    if ('code' in end && end.code === 0) {
      const facts = await instance.settled(order, drop);
      if (isDone(facts, order)) return COMPLETED;
      return drop.aborted ? CANCELLED : failed(`the command ended with 0, but ${component(facts)}`);
    }
    if (drop.aborted) return CANCELLED;
    const words = await lastWords(folder);
    return failed(`the command ${endText(end)}${words === '' ? '' : `: ${words}`}`);
  }

  function component(facts: Facts): string {
    return `${settings.componentName} ${factsText(facts)}`;
  }

  /** Of a task that this agent cannot carry out. */
  function misdirected({ agentId, componentName }: LifecycleTask): string | null {
    if (agentId !== settings.agentId) return `this is the agent ${settings.agentId}, not ${agentId}`;
    if (componentName === settings.componentName) return null;
    return `this agent upgrades ${settings.componentName}, not ${componentName}`;
  }

  return {
    take(order) {
      const uuid = order.lifecycleTaskUuid;
      if (!UUID.test(uuid)) return;
      const known = memory.tasks.get(uuid);
      if (known !== undefined) {
        known.isHeard = false;
        return onNews();
      }
      const error = misdirected(order);
      const status = error === null ? 'running' : 'failed';
      const task: KnownTask = {
        order,
        status,
        error,
        command: null,
        runs: 0,
        isCancelled: false,
        isHeard: false,
      };
      memory.add(uuid, task);
      const { agentId, componentName, fromVersion, toVersion, toRelease } = order;
      const what = `${componentName} of ${agentId} from ${fromVersion} to ${toVersion} (release ${toRelease})`;
      journal.tell('task', `${uuid}: ${what}${error === null ? '' : `: ${error}`}`, {
        uuid,
        agentId,
        componentName,
        toVersion,
        toRelease,
      });
      if (status === 'running') enqueue(uuid, task, order);
      onNews();
    },
    cancel(uuid) {
      if (!UUID.test(uuid)) return;
      const known = memory.tasks.get(uuid);
      if (known === undefined) {
        const fresh = {
          order: null,
          ...CANCELLED,
          command: null,
          runs: 0,
          isCancelled: true,
          isHeard: false,
        };
        memory.add(uuid, fresh);
      } else {
        known.isHeard = false;
        if (known.status === 'running' && !known.isCancelled) {
          known.isCancelled = true;
          journal.tell('task', `${uuid} is to be dropped`, { uuid });
          drops.get(uuid)?.abort();
        }
      }
      onNews();
    },
    resume() {
      for (const [uuid, task] of memory.tasks) {
        if (task.status === 'running' && task.order !== null) enqueue(uuid, task, task.order);
      }
    },
    isAtWork: () => atWork !== null,
  };
}

function failed(error: string): End {
  return { status: 'failed', error };
}

function endText(end: SeenEnd): string {
  return 'code' in end ? `ended with ${end.code}` : `was ended by ${end.signal}`;
}
