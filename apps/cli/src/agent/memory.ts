// What the agent remembers of its tasks, in a folder that survives it: a uuid that stands here is never begun anew.
import { open, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LifecycleTask, TaskReport } from '@gradus/domain';
import writeFileAtomic from 'write-file-atomic';
import { UsageError } from '../failures.js';
import type { Started } from './command.js';

export interface KnownTask {
  /** Null of one that was cancelled before it came. */
  order: LifecycleTask | null;
  status: TaskReport['status'];
  error: string | null;
  /** The newest command for it; null: none was begun, so one may be. */
  command: Started | null;
  /** How many commands were begun: one, but with `--resume`. */
  runs: number;
  /** The api wants it dropped. */
  isCancelled: boolean;
  /** The api has heard of the status. */
  isHeard: boolean;
}

export interface Memory {
  /** By lifecycle task uuid, oldest first. What is changed in it is on the disk after `save`. */
  readonly tasks: ReadonlyMap<string, KnownTask>;
  add(uuid: string, task: KnownTask): void;
  /** The folder of what belongs to a task: its artifacts, its command's output. It may not be there. */
  folderOf(uuid: string): string;
  /** Resolves once everything changed before the call is on the disk; a disk that takes nothing is waited for. */
  save(): Promise<void>;
}

interface Written {
  v: 1;
  agentId: string;
  tasks: Record<string, KnownTask>;
}

/** Ended tasks beyond these are forgotten: no control plane hands them out again. */
const KNOWN_TASKS = 200;
/** Those of older tasks are removed. */
const KEPT_FOLDERS = 20;
const RETRY_MS = 1_000;
const PRIVATE = 0o600;

/**
 * @param folder that is there, and that no other agent uses
 * @param onTrouble told why something cannot be written, each time that it is tried in vain
 * @throws UsageError where the folder cannot be used, or holds what is not the memory of this agent
 */
export async function openMemory(
  folder: string,
  agentId: string,
  signal: AbortSignal,
  onTrouble: (error: unknown) => void,
): Promise<Memory> {
  const path = join(folder, 'state.json');
  const read = await readState(folder, path);
  if (read !== null && read.agentId !== agentId) {
    throw new UsageError(
      `${path} is the memory of the agent ${read.agentId}, not of ${agentId}: give each its own.`,
    );
  }
  const tasks = new Map(Object.entries(read?.tasks ?? {}));
  const folderOf = (uuid: string) => join(folder, 'tasks', uuid);

  const swept = new Set<string>();
  let last = '';

  async function write(): Promise<void> {
    const ended = [...tasks].filter(([, task]) => task.status !== 'running');
    for (const [uuid] of ended.slice(0, -KNOWN_TASKS)) tasks.delete(uuid);
    const written: Written = { v: 1, agentId, tasks: Object.fromEntries(tasks) };
    const text = JSON.stringify(written);
    if (text === last) return;
    await writeFileAtomic(path, text, { mode: PRIVATE });
    // Without this a power cut may bring the file of before back.
    await syncFolder(folder);
    last = text;
    for (const [uuid] of ended.slice(0, -KEPT_FOLDERS)) {
      if (!swept.has(uuid)) await rm(folderOf(uuid), { recursive: true, force: true });
      swept.add(uuid);
    }
  }

  async function writeUntilDone(): Promise<void> {
    for (;;) {
      try {
        await write();
        return;
      } catch (error) {
        onTrouble(error);
        await sleep(RETRY_MS, undefined, { signal });
      }
    }
  }

  return {
    tasks,
    add: (uuid, task) => void tasks.set(uuid, task),
    folderOf,
    save: coalesce(writeUntilDone),
  };
}

async function readState(folder: string, path: string): Promise<Written | null> {
  try {
    // What a writer that was killed has left.
    const left = (await readdir(folder)).filter((name) => /^state\.json\.\d+$/.test(name));
    await Promise.all(left.map((name) => rm(join(folder, name), { force: true })));
    const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    });
    if (text === null) return null;
    const state: unknown = JSON.parse(text);
    if (isWritten(state)) return state;
  } catch (error) {
    throw new UsageError(`--state cannot be used: ${error instanceof Error ? error.message : error}`);
  }
  throw new UsageError(`${path} is not what this version of the agent writes.`);
}

function isWritten(state: unknown): state is Written {
  if (typeof state !== 'object' || state === null) return false;
  return 'v' in state && state.v === 1 && 'agentId' in state && 'tasks' in state;
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** One run at a time; calls made during one share the next. */
function coalesce(run: () => Promise<void>): () => Promise<void> {
  let current: Promise<void> = Promise.resolve();
  let next: Promise<void> | null = null;
  return () => {
    const begin = () => {
      next = null;
      current = run();
      return current;
    };
    next ??= current.then(begin, begin);
    return next;
  };
}
