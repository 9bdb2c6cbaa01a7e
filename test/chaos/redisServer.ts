// A Redis of a run's own that can be killed, started again from its log of writes, and robbed of the end of it.
import { mkdtempSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connect } from '@gradus/redis';
import { freePort } from '../../scripts/ports.mjs';
import { findRedisServer } from '../../scripts/redisServers.mjs';
import { type Child, supervise } from '../../scripts/supervise.mjs';
import { waitFor } from '../support/waitFor.js';

const KEEP = fileURLToPath(new URL('../../scripts/keep.mjs', import.meta.url));
const SAMPLE_EVERY_MS = 50;
const SAMPLES_KEPT = 100;
const UP_WITHIN_MS = 20_000;

export interface ChaosRedis {
  port: number;
  url: string;
  /** By kill -9; returns once it is gone. */
  kill(): Promise<void>;
  /** Returns once it answers, with what its log of writes holds. */
  start(): Promise<void>;
  /**
   * Kills it, and takes from the end of the log what was written in the last `lostMs`: with `everysec` a power cut
   * takes what was not synced yet, which a kill alone leaves in the system's memory.
   *
   * @returns how many bytes that were
   */
  cutPower(lostMs: number): Promise<number>;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

/** Started already. */
export async function startChaosRedis(appendfsync: 'always' | 'everysec'): Promise<ChaosRedis> {
  const server = await findRedisServer({ javascript: false, say: console.log });
  const folder = mkdtempSync(join(tmpdir(), 'gradus-chaos-'));
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  const lines = [
    `port ${port}`,
    'bind 127.0.0.1',
    `dir ${JSON.stringify(folder)}`,
    'appendonly yes',
    `appendfsync ${appendfsync}`,
    // A rewritten log would be another file, and no sample of its size would tell what to take from it.
    'auto-aof-rewrite-percentage 0',
    'save ""',
    'maxmemory-policy noeviction',
    'loglevel warning',
  ];
  writeFileSync(join(folder, 'redis.conf'), `${lines.join('\n')}\n`);
  const said: string[] = [];
  let child: Child | null = null;
  const samples: { at: number; size: number }[] = [];
  const timer = setInterval(() => {
    samples.push({ at: Date.now(), size: logSize(folder) });
    if (samples.length > SAMPLES_KEPT) samples.shift();
  }, SAMPLE_EVERY_MS);

  const redis: ChaosRedis = {
    port,
    url,
    async start() {
      child = supervise({
        name: 'redis',
        args: [KEEP, ...server.command({ folder, port })],
        env: process.env,
        restart: false,
        onLine: (line) => said.push(line),
        say: (line) => said.push(line),
      });
      // A new connection each time: what is tried may be a build that gives up one that was refused.
      const answers = async () => {
        const connection = connect(url, 'patient', () => undefined);
        try {
          return (await connection.ping()) === 'PONG';
        } finally {
          connection.disconnect();
        }
      };
      await waitFor(answers, {
        what: `Redis to answer: ${said.slice(-5).join('\n')}`,
        timeoutMs: UP_WITHIN_MS,
      });
    },
    async kill() {
      child?.kill();
      await child?.ended;
      child = null;
    },
    async cutPower(lostMs) {
      await redis.kill();
      const killedAt = Date.now();
      const file = logFile(folder);
      const size = logSize(folder);
      const kept = samples.findLast(({ at }) => at <= killedAt - lostMs)?.size ?? size;
      if (file !== null && kept < size) truncateSync(file, kept);
      return Math.max(0, size - kept);
    },
    async stop() {
      clearInterval(timer);
      await redis.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await redis.start();
  return redis;
}

function logFile(folder: string): string | null {
  const logs = join(folder, 'appendonlydir');
  const name = readdirSync(logs).find((file) => file.endsWith('.incr.aof'));
  return name === undefined ? null : join(logs, name);
}

function logSize(folder: string): number {
  try {
    const file = logFile(folder);
    return file === null ? 0 : statSync(file).size;
  } catch {
    return 0;
  }
}
