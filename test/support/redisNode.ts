// Redis servers for tests that kill them, stop them, or give them settings of their own.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connect } from '@gradus/redis';
import { freePort } from '../../scripts/ports.mjs';
import { waitFor } from './waitFor.js';

const DIE_WITH_PARENT = new URL('../../scripts/dieWithParent.mjs', import.meta.url).href;
const KEEP = fileURLToPath(new URL('../../scripts/keep.mjs', import.meta.url));
const PROGRAMS = ['redis-server', 'valkey-server'] as const;

/** @returns the program on the PATH that can be started here; null where there is none */
function findRedisProgram(): string | null {
  for (const program of PROGRAMS) {
    try {
      execFileSync(program, ['--version'], { stdio: 'ignore' });
      return program;
    } catch {
      // Not this one.
    }
  }
  return null;
}

const program = findRedisProgram();
if (program === null) console.warn('SKIPPED: there is no redis-server on the PATH that could be killed');

/** Whether this machine can run what this file starts; tests that need it are skipped elsewhere. */
export const canStartRedis = program !== null;

export interface RedisNode {
  readonly port: number;
  /** Its data. */
  readonly folder: string;
  /** Starts it, at first or again, on the same port and data; returns once it answers. */
  start(): Promise<void>;
  /** Sends a command, with the connection that is made for it. */
  ask(...command: string[]): Promise<unknown>;
  /** Ends it by SIGKILL, where it runs. */
  kill(): Promise<void>;
  /** Stops it where it is, by SIGSTOP: its connections stand, and nothing comes of them. */
  freeze(): Promise<void>;
  /** Has it go on. */
  thaw(): void;
  /** Kills it and removes its data. */
  remove(): Promise<void>;
}

/**
 * A server at a free port of this machine, which is still to be started. It ends with the process that made it.
 *
 * @param args of redis-server beside place and port, such as `--appendonly yes`
 * @param url by which `ask` connects; by default plain, without a password
 */
export async function createRedisNode(
  args: (place: { port: number; folder: string }) => readonly string[] | Promise<readonly string[]>,
  url: (port: number) => string = (port) => `redis://127.0.0.1:${port}`,
): Promise<RedisNode> {
  const folder = await mkdtemp(join(tmpdir(), 'gradus-node-'));
  const port = await freePort();
  const all = [...(await args({ port, folder })), '--bind', '127.0.0.1', '--dir', folder, '--save', ''];
  let child: ChildProcess | null = null;
  let frozen: number | null = null;

  async function ask(...[name = 'PING', ...rest]: string[]): Promise<unknown> {
    const faults: unknown[] = [];
    const connection = connect(url(port), 'prompt', (fault) => faults.push(fault));
    try {
      if (connection.status !== 'ready') {
        await Promise.race([once(connection, 'ready'), once(connection, 'close')]);
      }
      return await connection.call(name, ...rest);
    } finally {
      connection.disconnect();
    }
  }

  async function kill(): Promise<void> {
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    // The group: the server, and whoever keeps it.
    process.kill(-child.pid, 'SIGKILL');
    await ended;
  }

  return {
    port,
    folder,
    ask,
    kill,
    freeze: async () => {
      // The server alone: whoever keeps it still has to end it should the tests die meanwhile.
      frozen = Number(/process_id:(\d+)/.exec(String(await ask('INFO', 'server')))?.[1]);
      process.kill(frozen, 'SIGSTOP');
    },
    thaw: () => {
      if (frozen !== null) process.kill(frozen, 'SIGCONT');
      frozen = null;
    },
    start: async () => {
      if (program === null) throw new TypeError('there is no redis-server on the PATH');
      child = spawn(process.execPath, ['--import', DIE_WITH_PARENT, KEEP, program, ...all], {
        detached: true,
        stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      });
      await waitFor(() => ask('PING'), { what: `Redis to answer on port ${port}`, timeoutMs: 20_000 });
    },
    remove: async () => {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
