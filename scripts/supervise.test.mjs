// A supervised child is started again when it dies, and gone when it is stopped.
import { afterEach, expect, test } from 'vitest';
import { becomes } from './redisClaim.mjs';
import { supervise } from './supervise.mjs';

/** @type {import('./supervise.mjs').Child | undefined} */
let child;
afterEach(() => child?.kill());

/**
 * @param {string} script
 * @param {{restart?: boolean}} [options]
 */
function run(script, { restart = true } = {}) {
  /** @type {string[]} */
  const lines = [];
  /** @type {string[]} */
  const said = [];
  child = supervise({
    name: 'child',
    args: ['--eval', script],
    env: process.env,
    restart,
    onLine: (line) => lines.push(line),
    say: (line) => said.push(line),
  });
  return { child, lines, said };
}

const FOREVER = "setInterval(() => {}, 1000); console.log('up');";

test('a child that dies is started again, and later each time', async () => {
  const { lines, said } = run("console.log('up'); process.exit(3)");
  expect(await becomes(10_000, async () => lines.length >= 3)).toBe(true);
  expect(said.slice(0, 2)).toEqual([
    'child ended with code 3; it is started again in 0.5 s',
    'child ended with code 3; it is started again in 1 s',
  ]);
});

test('a child that is killed is said to have been killed', async () => {
  const { child, lines, said } = run(FOREVER, { restart: false });
  await becomes(10_000, async () => lines.length > 0);
  process.kill(child.pid() ?? 0, 'SIGKILL');
  await child.ended;
  expect(said).toEqual(['child was ended by SIGKILL']);
});

test('a stopped child ends and is not started again', async () => {
  const { child, lines, said } = run(FOREVER);
  await becomes(10_000, async () => lines.length > 0);
  await child.stop(10_000);
  expect(said).toEqual([]);
  expect(() => process.kill(child.pid() ?? 0, 0)).toThrow('ESRCH');
});

test('a child that does not end in time is killed, and that is said', async () => {
  const { child, lines, said } = run(`process.on('SIGTERM', () => {}); ${FOREVER}`);
  await becomes(10_000, async () => lines.length > 0);
  await child.stop(100);
  expect(said).toEqual(['child did not end within 0.1 s and is killed']);
});

test('one that waits to be started again can be stopped', async () => {
  const { child, said } = run('process.exit(1)');
  await becomes(10_000, async () => said.length > 0);
  await child.stop(10_000);
  await expect(child.ended).resolves.toBeUndefined();
});
