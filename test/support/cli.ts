// The command line as a real process, its output piped; fails the suite where one is left running.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';
import type { Gradus } from './gradus.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The built command. */
export const GRADUS = fileURLToPath(new URL('../../apps/cli/bin/gradus.js', import.meta.url));

export interface Ended {
  /** The exit code; null where a signal ended it. */
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface RunningCli {
  child: ChildProcess;
  /** What it has written to its standard output so far. */
  readonly stdout: string;
  readonly stderr: string;
  ended: Promise<Ended>;
}

/** Commands were left running. */
class LeftRunning extends Error {
  readonly code = 'left-running';
  constructor(commands: readonly string[]) {
    super(`left running: ${commands.join(', ')}`);
    this.name = 'LeftRunning';
  }
}

const living = new Map<ChildProcess, string>();

// Hooks run last first: those of the test file have ended theirs by now.
afterAll(async () => {
  const left = [...living];
  for (const [child] of left) child.kill('SIGKILL');
  await Promise.all(left.map(([child]) => child.exitCode ?? once(child, 'close')));
  if (left.length > 0) throw new LeftRunning(left.map(([, name]) => name));
});

/** Remembers the process until it has ended, so that none is left behind. */
export function keepTrack(child: ChildProcess, name: string): void {
  living.set(child, name);
  child.once('close', () => living.delete(child));
}

/** @returns the environment of a command: nothing of Gradus but what is given */
export function cliEnv(env: Record<string, string>): Record<string, string> {
  const { PATH = '', HOME = '' } = process.env;
  return { PATH, HOME, ...env };
}

/** @returns the variables by which a command finds the api, and may do everything */
export function reach({ url, token }: Pick<Gradus, 'url' | 'token'>): Record<string, string> {
  return { GRADUS_URL: url, GRADUS_TOKEN: token };
}

export function startCli(args: readonly string[], env: Record<string, string>, stdin = ''): RunningCli {
  const child = spawn(process.execPath, [GRADUS, ...args], { cwd: ROOT, env: cliEnv(env), stdio: 'pipe' });
  keepTrack(child, args.join(' '));
  // Whoever reads nothing of it may end before it is written.
  child.stdin.on('error', () => undefined);
  child.stdin.end(stdin);
  const written = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    written.stdout += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    written.stderr += chunk;
  });
  return {
    child,
    get stdout() {
      return written.stdout;
    },
    get stderr() {
      return written.stderr;
    },
    ended: once(child, 'close').then(([code]) => ({ code, ...written })),
  };
}

/** Runs a command to its end. */
export function runCli(args: readonly string[], env: Record<string, string>, stdin?: string): Promise<Ended> {
  return startCli(args, env, stdin).ended;
}

/** @returns the JSON documents that were written, one a line */
export function jsonLines(output: string): unknown[] {
  return output
    .split('\n')
    .filter((line) => line !== '')
    .map((line): unknown => JSON.parse(line));
}
