// What can be said of the Dockerfile without building it: no container engine has run it in these tests.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const instructions = readFileSync(join(ROOT, 'Dockerfile'), 'utf8')
  .split('\n')
  .filter((line) => /^[A-Z]+ /.test(line))
  .map((line) => line.split(/\s+/));

const arguments_ = (name: string) =>
  instructions.filter(([word]) => word === name).map(([, ...rest]) => rest);

/** Folders of workspaces: each has a manifest of its own. */
const workspaces = ['packages', 'apps']
  .flatMap((parent) => readdirSync(join(ROOT, parent)).map((name) => `${parent}/${name}`))
  .filter((folder) => existsSync(join(ROOT, folder, 'package.json')));

test('every stage begins with Node.js 24', () => {
  const images = arguments_('FROM').map(([image]) => image);
  expect(images[0]).toMatch(/^node:24-/);
  expect(new Set(images.slice(1))).toEqual(new Set(['base']));
});

test('the image runs as a user without rights', () => {
  const last = instructions.findLastIndex(([word]) => word === 'FROM');
  const users = instructions.slice(last).filter(([word]) => word === 'USER');
  expect(users).toEqual([['USER', 'node']]);
});

test('everything that is copied from the sources exists', () => {
  const sources = arguments_('COPY')
    .filter(([first]) => !first?.startsWith('--from='))
    .flatMap((words) => words.slice(0, -1));
  expect(sources.length).toBeGreaterThan(workspaces.length);
  expect(sources.filter((source) => !existsSync(join(ROOT, source)))).toEqual([]);
});

test('every workspace that the lock file names has its manifest copied before the install', () => {
  const copied = arguments_('COPY').map(([source]) => source);
  expect(copied).toEqual(
    expect.arrayContaining([...workspaces, 'test'].map((folder) => `${folder}/package.json`)),
  );
});

test('what was built of every workspace is in the image', () => {
  const copied = arguments_('COPY')
    .filter(([first]) => first === '--from=build')
    .map(([, source]) => source);
  const wanted = [...workspaces.map((folder) => `${folder}/dist`), 'packages/store/lua'];
  expect(copied).toEqual(expect.arrayContaining(wanted.map((path) => `/gradus/${path}`)));
});
