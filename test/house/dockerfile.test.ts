// What can be said of the Dockerfile without building it: no container engine has run it in these tests.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { BASES, copies, LAST_STAGE, listOf, stageNamed } from './dockerfile.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Folders of workspaces: each has a manifest of its own. */
const workspaces = ['packages', 'apps']
  .flatMap((parent) => readdirSync(join(ROOT, parent)).map((name) => `${parent}/${name}`))
  .filter((folder) => existsSync(join(ROOT, folder, 'package.json')));

const ofTheLastStage = (name: string) => LAST_STAGE.filter((instruction) => instruction.name === name);

test('it is built and run by Node.js 24, on one system', () => {
  expect(BASES[0]).toBe('node:24-bookworm-slim');
  expect(new Set(BASES.slice(1, -1))).toEqual(new Set(['base']));
  expect(BASES.at(-1)).toBe('debian:bookworm-slim');
  expect(copies(LAST_STAGE)[0]).toMatchObject({ from: 'base', sources: ['/usr/local/bin/node'] });
});

test('nothing is installed or built in the image itself', () => {
  expect(ofTheLastStage('RUN')).toEqual([]);
  expect(ofTheLastStage('ADD')).toEqual([]);
});

test('the image runs as a user without rights, whom Kubernetes can tell from root', () => {
  expect(ofTheLastStage('USER').map(({ text }) => text)).toEqual(['1000:1000']);
});

test('a signal reaches Node.js: nothing is between but what passes signals on', () => {
  expect(copies(LAST_STAGE).map(({ target }) => target)).toContain('/usr/local/bin/tini');
  expect(listOf(LAST_STAGE, 'ENTRYPOINT')).toEqual(['tini', '--']);
  expect(listOf(LAST_STAGE, 'CMD')).toEqual(['node', 'apps/api/dist/main.js']);
});

test('everything that is copied from the sources exists', () => {
  const sources = ['dependencies', 'build']
    .flatMap((name) => copies(stageNamed(name)))
    .filter(({ from }) => from === null)
    .flatMap((copied) => copied.sources);
  expect(sources.length).toBeGreaterThan(workspaces.length);
  expect(sources.filter((source) => !existsSync(join(ROOT, source)))).toEqual([]);
});

test('nothing that is copied by name is kept from the build, and neither data nor secrets come into it', () => {
  const lines = readFileSync(join(ROOT, '.dockerignore'), 'utf8').trim().split('\n');
  const kept = lines.filter((line) => !line.startsWith('!')).map((line) => line.replace(/\/\*$/, ''));
  const excepted = lines.flatMap((line) => /^!(.*)/.exec(line)?.[1] ?? []);
  const sources = copies(stageNamed('dependencies')).flatMap((copied) => copied.sources);
  const isKept = (path: string) => kept.some((line) => path === line || path.startsWith(`${line}/`));
  expect(sources.filter((source) => isKept(source) && !excepted.includes(source))).toEqual([]);
  expect(kept).toEqual(expect.arrayContaining(['.env*', '.gradus', '.git', '**/node_modules']));
});

test('every workspace that the lock file names has its manifest copied before the install', () => {
  const copied = copies(stageNamed('dependencies')).flatMap(({ sources }) => sources);
  expect(copied).toEqual(
    expect.arrayContaining([...workspaces, 'test'].map((folder) => `${folder}/package.json`)),
  );
});

test('what was built of every workspace is in the image', () => {
  const copied = copies(LAST_STAGE)
    .filter(({ from }) => from === 'build')
    .flatMap(({ sources }) => sources);
  const wanted = [...workspaces.map((folder) => `${folder}/dist`), 'packages/store/lua'];
  expect(copied).toEqual(expect.arrayContaining(wanted.map((path) => `/gradus/${path}`)));
});
