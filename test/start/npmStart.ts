// `npm start` as a newcomer runs it: from the checkout, in a terminal of its own that can be sent a Ctrl-C.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { whyTaken } from '../../scripts/ports.mjs';
import { waitFor } from '../support/waitFor.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const UP_WITHIN_MS = 90_000;
const GONE_WITHIN_MS = 60_000;
const SHOWN_LINES = 40;

export interface NpmStart {
  /** Everything it has shown. */
  lines: readonly string[];
  /** Ends it as a person does, and returns once nothing of it is left. */
  ctrlC(): Promise<void>;
  /** Ends it outright, where it still runs. */
  kill(): Promise<void>;
}

interface Options {
  port: number;
  dataFolder: string;
  token: string;
}

/**
 * Returns once the fleet has said that it is ready.
 *
 * @throws WaitedInVain with what it showed last
 */
export async function npmStart({ port, dataFolder, token }: Options): Promise<NpmStart> {
  const { PATH = '', HOME = '', TMPDIR = '/tmp' } = process.env;
  // Detached: a process group of its own, as a terminal gives to what it runs in the foreground.
  const child = spawn('npm', ['start'], {
    cwd: ROOT,
    detached: true,
    env: { PATH, HOME, TMPDIR, PORT: String(port), GRADUS_DATA_DIR: dataFolder, GRADUS_DEMO_TOKEN: token },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  const lines: string[] = [];
  for (const input of [child.stdout, child.stderr]) {
    createInterface({ input }).on('line', (line) => lines.push(line));
  }
  const kill = async () => {
    if (child.exitCode === null && child.signalCode === null) signalGroup(child, 'SIGKILL');
    await exited;
  };
  try {
    await waitFor(() => lines.some((line) => line.includes('fleet ready')), {
      what: 'npm start to be up',
      timeoutMs: UP_WITHIN_MS,
    });
  } catch (error) {
    console.error(lines.slice(-SHOWN_LINES).join('\n'));
    await kill();
    throw error;
  }
  return {
    lines,
    kill,
    async ctrlC() {
      const pids = descendantsOf(child.pid ?? 0);
      const { port: redisPort } = JSON.parse(readFileSync(join(dataFolder, 'redis', 'server.json'), 'utf8'));
      signalGroup(child, 'SIGINT');
      await exited;
      await waitFor(() => !pids.some(lives), { what: 'every process to end', timeoutMs: GONE_WITHIN_MS });
      for (const left of [port, Number(redisPort)]) {
        await waitFor(async () => (await whyTaken(left, '127.0.0.1')) === null, {
          what: `port ${left} to be free`,
          timeoutMs: GONE_WITHIN_MS,
        });
      }
    },
  };
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid !== undefined) process.kill(-child.pid, signal);
}

/** @returns its children, and theirs; empty where the system does not say */
function descendantsOf(pid: number): number[] {
  if (process.platform !== 'linux') return [];
  const listed = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  const children = listed === '' ? [] : listed.split(' ').map(Number);
  return [...children, ...children.flatMap(descendantsOf)];
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
