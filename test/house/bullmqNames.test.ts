// BullMQ's `Queue` is named in packages/queues alone, its `Worker` in apps/worker alone; as types too.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** What each file imports from bullmq, by path. */
const imports = ['packages', 'apps']
  .flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((path) => `${folder}/${path}`),
  )
  .filter((path) => /^[^/]+\/[^/]+\/src\/.*\.ts$/.test(path))
  .map((path) => ({ path, names: namesFromBullmq(readFileSync(join(ROOT, path), 'utf8')) }));

function namesFromBullmq(source: string): string[] {
  const clauses = source.matchAll(/(?:import|export)\s+([^;'"]*?)\s*from\s*['"]bullmq['"]/g);
  return [...clauses].flatMap(([, clause = '']) =>
    clause
      .replace(/[{}]/g, '')
      .split(',')
      .map((name) => name.replace(/\btype\s/, '').trim())
      .filter((name) => name !== '')
      .map((name) => name.split(/\s+as\s+/)[0] ?? name),
  );
}

const importersOf = (name: string) =>
  imports.filter(({ names }) => names.includes(name)).map(({ path }) => path);
const outside = (folder: string) => (path: string) => !path.startsWith(`${folder}/`);

test('only packages/queues names Queue', () => {
  expect(importersOf('Queue')).not.toEqual([]);
  expect(importersOf('Queue').filter(outside('packages/queues'))).toEqual([]);
});

test('only apps/worker names Worker', () => {
  expect(importersOf('Worker')).not.toEqual([]);
  expect(importersOf('Worker').filter(outside('apps/worker'))).toEqual([]);
});

test('nobody takes all of bullmq under another name', () => {
  expect(imports.filter(({ names }) => names.includes('*')).map(({ path }) => path)).toEqual([]);
});
