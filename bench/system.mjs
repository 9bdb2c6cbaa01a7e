// What the benchmarks run on: a Redis, an api, workers, each a process of its own, and what they have used so far.
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@gradus/client';
import { SCOPES } from '@gradus/domain';
import { connect } from '@gradus/redis';
import { freePort } from '../scripts/ports.mjs';
import { startRedis } from '../scripts/redis.mjs';
import { supervise } from '../scripts/supervise.mjs';
import { cpuSecondsOf } from './processorTime.mjs';

const STOP_MS = 10_000;

/** Figures go to standard output, all else here. */
export const say = (/** @type {string} */ line) => console.error(`bench | ${line}`);

/** Starts a Redis with its log of writes, as the README has it: synced every second. */
export async function startBenchRedis() {
  const folder = mkdtempSync(join(tmpdir(), 'gradus-bench-'));
  const server = await startRedis({
    folder,
    restart: false,
    javascript: false,
    say,
    onLine: () => undefined,
  });
  const connection = connect(server.url, 'patient', (error) => say(String(error)));
  const info = async (/** @type {string} */ section, /** @type {RegExp} */ field) =>
    Number(field.exec(await connection.info(section))?.[1]);
  return {
    url: server.url,
    connection,
    /** Bytes. */
    usedMemory: () => info('memory', /used_memory:(\d+)/),
    /** Commands, those inside of scripts among them. */
    commands: () => info('stats', /total_commands_processed:(\d+)/),
    /** Those inside of scripts among them. @returns {Promise<Map<string, {calls: number, us: number}>>} by their name */
    commandStats: async () => {
      const lines = (await connection.info('commandstats')).matchAll(
        /cmdstat_([^:]+):calls=(\d+),usec=(\d+)/g,
      );
      return new Map(
        [...lines].map(([, name = '', calls, us]) => [name, { calls: Number(calls), us: Number(us) }]),
      );
    },
    cpuSeconds: async () =>
      (await info('cpu', /used_cpu_user:([\d.]+)/)) + (await info('cpu', /used_cpu_sys:([\d.]+)/)),
    async stop() {
      connection.disconnect();
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/**
 * @param {object} options
 * @param {number} options.workers how many
 * @param {string} [options.profileFolder] where api and workers leave a CPU profile when they end
 * @param {Record<string, string>} [options.apiEnv] settings of the api beside its usual ones
 */
export async function startSystem({ workers, profileFolder, apiEnv = {} }) {
  const redis = await startBenchRedis();
  const token = randomBytes(24).toString('base64url');
  const sha256 = createHash('sha256').update(token).digest('hex');
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  /** @type {{app: string, child: ReturnType<typeof supervise>}[]} */
  const children = [];

  /**
   * @param {'api' | 'worker' | 'fleet'} app
   * @param {Record<string, string>} env
   * @returns {Promise<void>} resolves once it is ready
   */
  function start(app, env) {
    return new Promise((resolve) => {
      const shared = { REDIS_URL: redis.url, LOG_LEVEL: 'info', PATH: process.env['PATH'] };
      const onLine = (/** @type {string} */ line) => {
        if (/"msg":"(listening|ready|fleet ready)"/.test(line)) resolve();
        else if (/"level":(40|50|60)/.test(line)) say(`${app}: ${line.slice(0, 300)}`);
      };
      const profile =
        profileFolder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileFolder}/${app}`];
      const args = [...profile, `apps/${app}/dist/main.js`];
      const child = supervise({ name: app, args, env: { ...shared, ...env }, restart: false, onLine, say });
      children.push({ app, child });
    });
  }

  await start('api', {
    PORT: String(port),
    GRADUS_API_KEYS: JSON.stringify([{ name: 'bench', sha256, scopes: SCOPES }]),
    GRADUS_RATE_PER_TOKEN: '0',
    GRADUS_RATE_PER_LCA: '0',
    ...apiEnv,
  });
  await Promise.all(Array.from({ length: workers }, () => start('worker', { GRADUS_DISPATCH_RATE: '0' })));
  return {
    redis,
    url,
    token,
    client: createClient({ baseUrl: url, token }),
    start,
    /** @returns {number} seconds of processor time of all processes of the app */
    cpuSeconds: (/** @type {string} */ app) =>
      children
        .filter((one) => one.app === app)
        .reduce((sum, { child }) => sum + cpuSecondsOf(child.pid()), 0),
    async stop() {
      for (const { child } of children.reverse()) await child.stop(STOP_MS);
      await redis.stop();
    },
  };
}
