// `npm start` as a whole: it comes up, its demo works, it says what is wrong, and it leaves nothing running.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isInstalled, ROOT } from './bootstrap.mjs';
import { becomes, lives } from './redisClaim.mjs';
import { ask } from './redisProtocol.mjs';

const START = fileURLToPath(new URL('./start.mjs', import.meta.url));
const TOKEN = 'a-fixed-token';
const UP_WITHIN_MS = 60_000;
const GONE_WITHIN_MS = 30_000;

/** @type {string} */
let folder;
/** @type {(() => Promise<void>)[]} */
let cleanUps;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gradus-start-'));
  cleanUps = [];
});
afterEach(async () => {
  for (const cleanUp of cleanUps) await cleanUp();
  rmSync(folder, { recursive: true, force: true });
});

/** @param {NodeJS.ProcessEnv} env */
function start(env) {
  const { REDIS_URL: _, ...rest } = process.env;
  const child = spawn(process.execPath, [START], {
    env: { ...rest, GRADUS_DATA_DIR: folder, GRADUS_DEMO_TOKEN: TOKEN, GRADUS_DEMO_AGENTS: '3', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit').then(([code]) => code);
  cleanUps.push(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  /** @type {string[]} */
  const lines = [];
  for (const input of [child.stdout, child.stderr]) {
    createInterface({ input }).on('line', (line) => lines.push(line));
  }
  return { child, exited, lines };
}

/** Starts it on any port, and returns once the fleet is ready too. */
async function startAndWait() {
  const started = start({ PORT: '0' });
  const { lines } = started;
  const up = await becomes(UP_WITHIN_MS, async () => lines.some((line) => line.includes('fleet ready')));
  expect(up, lines.join('\n')).toBe(true);
  const url = /API +(http:\S+:\d+)/.exec(lines.join('\n'))?.[1] ?? '';
  const { port } = JSON.parse(readFileSync(join(folder, 'redis', 'server.json'), 'utf8'));
  return { ...started, url, redisPort: Number(port), children: childrenOf(started.child.pid ?? 0) };
}

/**
 * @param {number} pid
 * @returns {number[]} empty where the system does not say
 */
function childrenOf(pid) {
  if (process.platform !== 'linux') return [];
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number);
  expect(children, 'Redis, api, worker and fleet').toHaveLength(4);
  return children;
}

/** @param {{url: string, redisPort: number, children: number[]}} started */
function everythingIsGone({ url, redisPort, children }) {
  return becomes(GONE_WITHIN_MS, async () => {
    const api = await fetch(`${url}/healthz`).then(
      () => 'answers',
      () => 'refused',
    );
    return !children.some(lives) && api === 'refused' && (await ask(redisPort, [['PING']])) === 'refused';
  });
}

// Where nothing is installed it would install first, and that takes minutes.
describe.runIf(isInstalled(ROOT))('npm start', () => {
  test('the request that it shows is answered with a plan, and an end leaves nothing running', async () => {
    const started = await startAndWait();
    const { child, exited, lines, url } = started;
    const shown = lines.join('\n');
    const body = /-d '(.*)'/.exec(shown)?.[1] ?? '';
    expect(shown).toContain(`curl -X POST '${url}/api/v1/lifecycle/upgrade-plans'`);
    expect(shown).toContain(`Authorization: Bearer ${TOKEN}`);
    const answer = await fetch(`${url}/api/v1/lifecycle/upgrade-plans`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${TOKEN}`, 'Content-Type': 'application/json' },
      body,
    });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ batches: [{ agentIds: ['item1', 'item2'] }] });
    child.kill('SIGTERM');
    expect(await exited).toBe(0);
    expect(await everythingIsGone(started)).toBe(true);
  }, 120_000);

  test('killed outright, it takes everything with it', async () => {
    const started = await startAndWait();
    started.child.kill('SIGKILL');
    expect(await everythingIsGone(started)).toBe(true);
  }, 120_000);

  test('a taken port is named, and how to choose another', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    cleanUps.push(async () => void taken.close());
    const address = taken.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const { exited, lines } = start({ PORT: String(port) });
    expect(await exited).toBe(1);
    expect(lines.join('\n')).toContain(`Port ${port} on 127.0.0.1 is taken`);
    expect(lines.join('\n')).toContain('PORT=');
  });
});
