// `gradus simulate`, as a person or a script runs it.
import { beforeAll, expect, test } from 'vitest';
import { type Ended, jsonLines, runCli } from '../support/cli.js';

const MILLION_WITHIN_MS = 60_000;

const runs = {
  million: [
    ...[
      '--agents',
      '1000000',
      '--batch-sizes',
      '1%,5%,20%',
      '--concurrency',
      '5000',
      '--failure-rate',
      '0.01',
    ],
    ...['--upgrade-time', '5m', '--observe-duration', '1h', '--max-attempts', '2', '--crash-rate', '0.001'],
  ],
  bad: ['--agents', '5000', '--batch-sizes', '1%,10%', '--concurrency', '50', '--failure-rate', '0.5'],
  often: ['--agents', '500', '--batch-size', '100', '--failure-rate', '0.08', '--runs', '50', '--json'],
  often2: ['--agents', '500', '--batch-size', '100', '--failure-rate', '0.08', '--runs', '50', '--json'],
  both: ['--agents', '5', '--batch-size', '1', '--batch-sizes', '1,2'],
  share: ['--agents', '5', '--failure-rate', '1.5'],
};
let ended: Record<keyof typeof runs, Ended>;
let millionMs: number;

beforeAll(async () => {
  const began = performance.now();
  const million = await runCli(['simulate', ...runs.million, '--json'], {});
  millionMs = performance.now() - began;
  const { million: _, ...others } = runs;
  const all = Object.entries(others).map(
    async ([name, args]) => [name, await runCli(['simulate', ...args], {})] as const,
  );
  ended = { million, ...Object.fromEntries(await Promise.all(all)) } as typeof ended;
}, 120_000);

test('a million agents take less than a minute, and each has an end', () => {
  expect(ended.million.code).toBe(0);
  expect(millionMs).toBeLessThan(MILLION_WITHIN_MS);
  const [course] = jsonLines(ended.million.stdout) as [Record<string, Record<string, number>>];
  expect(course).toMatchObject({
    status: 'completed',
    counts: { agents: 1_000_000, pending: 0, running: 0 },
  });
  const { completed = 0, failed = 0 } = course['counts'] ?? {};
  expect(completed + failed).toBe(1_000_000);
});

test('a bad release is stopped in its canary, and it is said how far it got', () => {
  const { code, stdout } = ended.bad;
  expect(code).toBe(0);
  expect(stdout).toMatch(/^0 +running +50 +0s +\d+ of 5 allowed$/m);
  expect(stdout).toMatch(/^1 +pending +500 +0 of 50 allowed$/m);
  expect(stdout).toMatch(/^status +paused$/m);
  expect(stdout).toMatch(/^never started +4950$/m);
});

test('many runs are taken together; the same seed gives the same', () => {
  const [first] = jsonLines(ended.often.stdout) as [{ runs: number; completed: number; stopped: number }];
  expect(first.runs).toBe(50);
  expect(first.completed + first.stopped).toBe(50);
  expect(Math.min(first.completed, first.stopped)).toBeGreaterThan(0);
  expect(ended.often2.stdout).toBe(ended.often.stdout);
});

test('what cannot be is refused, naming the option', () => {
  expect(ended.both).toMatchObject({ code: 2, stderr: expect.stringContaining('--batch-sizes') });
  expect(ended.share).toMatchObject({ code: 2, stderr: expect.stringContaining('--failure-rate') });
});
