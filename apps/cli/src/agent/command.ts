// The command of a task: it outlives the agent, and its end can be read by the next one.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { identityOf, isOfThisBoot } from './processIdentity.js';

/** A command that was begun, as it is remembered. */
export interface Started {
  /** Of the process, and of its group. */
  pid: number;
  /** Null where it was over before it could be seen. */
  identity: string | null;
}

/** `lost`: nobody saw how it ended. `not-begun`: the agent died before it gave its word. */
export type CommandEnd = SeenEnd | 'lost' | 'not-begun';

export type SeenEnd = { code: number } | { signal: NodeJS.Signals };

interface RunningCommand extends Started {
  /** Nothing of the command happens before this. */
  go(): void;
  /** Instead: nothing of it ever happens. */
  abandon(): void;
  ended: Promise<SeenEnd>;
}

const POLL_MS = 200;
const STOP_POLL_MS = 50;
/** What was killed and nobody reaps counts as there; it does nothing any more. */
const REAP_WITHIN_MS = 1_000;
const TAIL_BYTES = 4_096;
const TAIL_LINES = 8;
const TAIL_CHARACTERS = 600;

/**
 * Waits for the word on its third descriptor, so that a command is remembered before it begins and never begins
 * where that fails; notes that it begins; and leaves the exit code in a file, for an agent that is not its parent. It outlasts a SIGTERM
 * to its group until the command has ended; the command itself gets signals as ever.
 */
const WRAPPER = `
trap : TERM INT HUP
IFS= read -r go <&3 || exit 125
exec 3<&-
: > "$3" || exit 125
/bin/sh -c "$1"
code=$?
printf '%s\\n' "$code" > "$2.new" && mv "$2.new" "$2"
exit "$code"
`;

/**
 * Starts the command in a process group of its own. What it writes goes into a file: a pipe would break with the
 * agent, and take the command with it.
 *
 * @param folder of the task
 */
export async function startCommand(
  command: string,
  folder: string,
  env: NodeJS.ProcessEnv,
): Promise<RunningCommand> {
  await mkdir(folder, { recursive: true });
  for (const path of [exitPath(folder), begunPath(folder)]) await rm(path, { force: true });
  const output = await open(outputPath(folder), 'a');
  try {
    const args = [command, exitPath(folder), begunPath(folder)];
    const child = spawn('/bin/sh', ['-c', WRAPPER, 'gradus-agent', ...args], {
      detached: true,
      env,
      stdio: ['ignore', output.fd, output.fd, 'pipe'],
    });
    await once(child, 'spawn');
    const pid = child.pid ?? 0;
    const ended = endOf(child, folder);
    return {
      pid,
      identity: await identityOf(pid),
      go: () => endGate(child, 'go\n'),
      abandon: () => endGate(child, ''),
      ended,
    };
  } finally {
    await output.close();
  }
}

function endGate(child: ChildProcess, word: string): void {
  const gate = child.stdio[3] as Writable;
  // One that was killed meanwhile reads nothing.
  gate.on('error', () => undefined);
  gate.end(word);
}

async function endOf(child: ChildProcess, folder: string): Promise<SeenEnd> {
  const [code, signal]: [number | null, NodeJS.Signals | null] = await new Promise((resolve) => {
    child.once('exit', (...end) => resolve(end));
  });
  const left = await readExit(folder);
  if (left !== null) return { code: left };
  return signal === null ? { code: code ?? 1 } : { signal };
}

/** Waits for the end of a command that an earlier agent began. @throws the signal's reason */
export async function awaitStarted(
  started: Started,
  folder: string,
  signal: AbortSignal,
): Promise<CommandEnd> {
  while (await isAlive(started)) await sleep(POLL_MS, undefined, { signal });
  const code = await readExit(folder);
  if (code !== null) return { code };
  // A note that a power cut may have taken says nothing.
  const isKept = started.identity !== null && (await isOfThisBoot(started.identity));
  return isKept && !existsSync(begunPath(folder)) ? 'not-begun' : 'lost';
}

/**
 * Asks its group to end, and after the grace makes it. Resolves once nothing of the group is left: a script's end is
 * not that of what it has started.
 */
export async function stopStarted(started: Started, graceMs: number, signal: AbortSignal): Promise<void> {
  if (await isAlive(started)) await endGroup(started, graceMs, signal);
}

/** The same of a command whose shell is gone and has left no code: what it had started may still be at work. */
export async function stopRemains(started: Started, graceMs: number, signal: AbortSignal): Promise<void> {
  const { pid, identity } = started;
  if (identity === null || !(await isOfThisBoot(identity))) return;
  // A process has the number again: nothing of the group was left when it was given away.
  if ((await identityOf(pid)) !== null) return;
  await endGroup(started, graceMs, signal);
}

/** @param started whose number is its group's for as long as anything of it lives */
async function endGroup(started: Started, graceMs: number, signal: AbortSignal): Promise<void> {
  const until = performance.now() + graceMs;
  signalGroup(started, 'SIGTERM');
  while (signalGroup(started, 0)) {
    const overdueMs = performance.now() - until;
    if (overdueMs >= 0) signalGroup(started, 'SIGKILL');
    if (overdueMs >= REAP_WITHIN_MS) return;
    await sleep(STOP_POLL_MS, undefined, { signal });
  }
}

/** @returns whether there was anybody to get it */
function signalGroup({ pid }: Started, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-pid, name);
  } catch {
    return false;
  }
}

async function isAlive({ pid, identity }: Started): Promise<boolean> {
  return identity !== null && (await identityOf(pid)) === identity;
}

async function readExit(folder: string): Promise<number | null> {
  try {
    const text = await readFile(exitPath(folder), 'utf8');
    return /^\d{1,3}\n$/.test(text) ? Number(text) : null;
  } catch {
    return null;
  }
}

/** @returns the last lines of what the command wrote, as one; empty where it wrote nothing */
export async function lastWords(folder: string): Promise<string> {
  try {
    const handle = await open(outputPath(folder), 'r');
    try {
      const { size } = await handle.stat();
      const start = Math.max(0, size - TAIL_BYTES);
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(TAIL_BYTES), 0, TAIL_BYTES, start);
      const lines = buffer.subarray(0, bytesRead).toString('utf8').split('\n');
      const told = lines.map((line) => line.trim()).filter((line) => line !== '');
      return told.slice(-TAIL_LINES).join(' | ').slice(-TAIL_CHARACTERS);
    } finally {
      await handle.close();
    }
  } catch {
    return '';
  }
}

function outputPath(folder: string): string {
  return join(folder, 'output.log');
}

function begunPath(folder: string): string {
  return join(folder, 'begun');
}

function exitPath(folder: string): string {
  return join(folder, 'exit');
}
