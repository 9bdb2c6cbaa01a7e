// The embedded Redis: never two on one folder, and nothing that was written is lost, whoever is killed.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startRedis } from './redis.mjs';
import { becomes } from './redisClaim.mjs';
import { ask } from './redisProtocol.mjs';

/** @type {string} */
let folder;
/** @type {(() => Promise<void>)[]} */
let cleanUps;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gradus-redis-'));
  cleanUps = [];
});
afterEach(async () => {
  for (const cleanUp of cleanUps) await cleanUp();
  rmSync(folder, { recursive: true, force: true });
});

/** @param {Partial<Parameters<typeof startRedis>[0]>} [options] */
async function start(options = {}) {
  const redis = await startRedis({
    folder,
    restart: false,
    javascript: false,
    say: () => {},
    onLine: () => {},
    ...options,
  });
  cleanUps.push(redis.stop);
  return redis;
}

/**
 * @param {string} url
 * @param {string[][]} commands
 */
async function askAt(url, commands) {
  const { port, password } = new URL(url);
  const said = await ask(Number(port), [['AUTH', password], ...commands]);
  return Array.isArray(said) ? said.slice(1) : said;
}

/** Another process that starts a Redis on the folder and keeps it. @returns {Promise<{url: string, supervisor: number}>} */
async function startElsewhere() {
  const script = `
    import { startRedis } from ${JSON.stringify(new URL('./redis.mjs', import.meta.url).href)};
    const quiet = () => {};
    const { url } = await startRedis({ folder: ${JSON.stringify(folder)}, restart: false, javascript: false, say: quiet, onLine: quiet });
    console.log(url);
  `;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  cleanUps.push(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  const [url] = await once(createInterface({ input: child.stdout }), 'line');
  return { url, supervisor: child.pid ?? 0 };
}

/** @param {string} url */
const isGone = (url) => becomes(10_000, async () => (await askAt(url, [['PING']])) === 'refused');

test('what was written is there again after a stop and a start', async () => {
  const first = await start();
  await askAt(first.url, [['SET', 'plan', '1']]);
  await first.stop();
  const second = await start();
  expect(await askAt(second.url, [['EXISTS', 'plan']])).toEqual([':1']);
});

test('it is configured as a database, and nobody without the password gets in', async () => {
  await start();
  const configuration = readFileSync(join(folder, 'redis.conf'), 'utf8');
  expect(configuration).toContain('appendonly yes');
  expect(configuration).toContain('maxmemory-policy noeviction');
  const port = Number(/^port (\d+)$/m.exec(configuration)?.[1]);
  expect(await ask(port, [['SET', 'plan', '1']])).toEqual([expect.stringMatching(/^-NOAUTH/)]);
});

test('a second start on the folder is refused while the first runs in another process', async () => {
  const { url } = await startElsewhere();
  await expect(start()).rejects.toMatchObject({ code: 'data-folder-in-use' });
  expect(await askAt(url, [['PING']])).toEqual(['+PONG']);
});

test('a second start in the same process is refused', async () => {
  await start();
  await expect(start()).rejects.toMatchObject({ code: 'data-folder-in-use' });
});

test('a killed supervisor takes its Redis with it', async () => {
  const { url, supervisor } = await startElsewhere();
  process.kill(supervisor, 'SIGKILL');
  expect(await isGone(url)).toBe(true);
});

// Only Linux says which children a process has.
test.runIf(process.platform === 'linux')(
  'a Redis that was left behind is shut down, and its data served on',
  async () => {
    const { url, supervisor } = await startElsewhere();
    await askAt(url, [['SET', 'plan', '1']]);
    const keeper = childOf(supervisor);
    // Stopped, it cannot notice that its parent has gone.
    process.kill(keeper, 'SIGSTOP');
    cleanUps.push(async () => {
      process.kill(-keeper, 'SIGKILL');
    });
    process.kill(supervisor, 'SIGKILL');
    /** @type {string[]} */
    const said = [];
    const next = await start({ say: (line) => said.push(line) });
    expect(said).toEqual([expect.stringContaining('of an earlier run')]);
    expect(await askAt(url, [['PING']])).toBe('refused');
    expect(await askAt(next.url, [['EXISTS', 'plan']])).toEqual([':1']);
  },
);

test('one that dies is started again on the same port with its data', async () => {
  const redis = await start({ restart: true });
  await askAt(redis.url, [['SET', 'plan', '1'], ['SHUTDOWN']]);
  const back = await becomes(10_000, async () => {
    const said = await askAt(redis.url, [['EXISTS', 'plan']]);
    return Array.isArray(said) && said[0] === ':1';
  });
  expect(back).toBe(true);
});

test('a stop leaves no claim on the folder', async () => {
  const redis = await start();
  await redis.stop();
  expect(existsSync(join(folder, 'server.json'))).toBe(false);
  expect(await isGone(redis.url)).toBe(true);
});

/** @param {number} pid */
function childOf(pid) {
  const [child] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
  return Number(child);
}
