// What it costs that answers wait for a replica (GRADUS_WAIT_REPLICAS): check-ins with a report each at two apis on
// one Redis with a replica, of which one waits, in turns. Prints a table; `npm run bench:wait`.
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createClient } from '@gradus/client';
import { connect } from '@gradus/redis';
import { freePort } from '../scripts/ports.mjs';
import { startRedis } from '../scripts/redis.mjs';
import { supervise } from '../scripts/supervise.mjs';

const { values } = parseArgs({
  options: {
    'at-once': { type: 'string', default: '50' },
    turns: { type: 'string', default: '10' },
    seconds: { type: 'string', default: '2' },
  },
});
const [atOnce, turns, seconds] = [values['at-once'], values.turns, values.seconds].map(Number);
const STOP_MS = 10_000;
const SCOPES = ['agents:write', 'agents:check-in'];

const folder = mkdtempSync(join(tmpdir(), 'gradus-bench-'));
const say = (/** @type {string} */ line) => console.error(`bench | ${line}`);
const startServer = (/** @type {string} */ name) =>
  startRedis({
    folder: join(folder, name),
    restart: false,
    javascript: false,
    say,
    onLine: () => undefined,
  });
const master = await startServer('master');
const replica = await startServer('replica');
const token = randomBytes(24).toString('base64url');
const sha256 = createHash('sha256').update(token).digest('hex');
/** @type {ReturnType<typeof supervise>[]} */
const children = [];

async function follow() {
  const { hostname, port, password } = new URL(master.url);
  const connection = connect(replica.url, 'patient', (error) => say(String(error)));
  try {
    await connection.call('CONFIG', 'SET', 'masterauth', password);
    await connection.call('REPLICAOF', hostname, port);
    while (!(await connection.info('replication')).includes('link_status:up')) await wait(50);
  } finally {
    connection.disconnect();
  }
}

/**
 * @param {number} replicas
 * @returns {Promise<string>} the api's address
 */
async function startApi(replicas) {
  const port = await freePort();
  await new Promise((resolve) => {
    const env = {
      PATH: process.env.PATH,
      PORT: String(port),
      REDIS_URL: master.url,
      GRADUS_API_KEYS: JSON.stringify([{ name: 'bench', sha256, scopes: SCOPES }]),
      GRADUS_RATE_PER_TOKEN: '0',
      GRADUS_RATE_PER_LCA: '0',
      GRADUS_WAIT_REPLICAS: String(replicas),
    };
    const onLine = (/** @type {string} */ line) => {
      if (line.includes('"msg":"listening"')) resolve(undefined);
      else if (/"level":(40|50|60)/.test(line)) say(line.slice(0, 300));
    };
    const args = ['apps/api/dist/main.js'];
    children.push(supervise({ name: `api-${replicas}`, args, env, restart: false, onLine, say }));
  });
  return `http://127.0.0.1:${port}`;
}

/**
 * @param {string} url
 * @param {number[]} took milliseconds of each check-in, added to
 */
async function load(url, took) {
  const client = createClient({ baseUrl: url, token });
  const until = performance.now() + seconds * 1000;
  await Promise.all(
    Array.from({ length: atOnce }, async (_, index) => {
      while (performance.now() < until) {
        const began = performance.now();
        await client.checkIn(`lca-${index}`, { reports: [{ agentId: `agent-${index}` }] });
        took.push(performance.now() - began);
      }
    }),
  );
}

try {
  await follow();
  const measured = [0, 1].map((replicas) => ({ replicas, url: '', took: /** @type {number[]} */ ([]) }));
  for (const one of measured) one.url = await startApi(one.replicas);
  await createClient({ baseUrl: measured[0]?.url ?? '', token }).importAgents(
    Array.from({ length: atOnce }, (_, index) => ({
      agentId: `agent-${index}`,
      lcaUuid: `lca-${index}`,
      components: [{ componentName: 'zmetis' }],
    })),
  );
  for (const { url } of measured) await load(url, []);
  for (let turn = 0; turn < turns; turn += 1) for (const { url, took } of measured) await load(url, took);
  console.log('| GRADUS_WAIT_REPLICAS | check-ins at once | check-ins/s | half within | 99 of 100 within |');
  console.log('| --- | --- | --- | --- | --- |');
  for (const { replicas, took } of measured) {
    const sorted = took.toSorted((a, b) => a - b);
    const within = (/** @type {number} */ share) =>
      (sorted[Math.floor(share * sorted.length)] ?? 0).toFixed(1);
    const perSecond = Math.round(took.length / (turns * seconds));
    console.log(`| ${replicas} | ${atOnce} | ${perSecond} | ${within(0.5)} ms | ${within(0.99)} ms |`);
  }
} finally {
  for (const child of children) await child.stop(STOP_MS);
  await replica.stop();
  await master.stop();
  rmSync(folder, { recursive: true, force: true });
}
