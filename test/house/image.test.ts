// The files of the image, put together as the Dockerfile says but of what is installed and built here, and run.
import { execFile, execFileSync } from 'node:child_process';
import {
  copyFileSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createClient } from '@gradus/client';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { registerAgents } from '../support/agents.js';
import { makeApiKey } from '../support/apiKeys.js';
import { UPGRADE } from '../support/fleet.js';
import { createHandLca, ON_TARGET, reportOn } from '../support/handLca.js';
import { clearNamespace, freshNamespace } from '../support/namespace.js';
import { type RunningApp, startApp } from '../support/processes.js';
import { waitFor } from '../support/waitFor.js';
import { copies, LAST_STAGE, listOf, stageNamed } from './dockerfile.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);

const admin = makeApiKey('admin');
const namespace = freshNamespace();
let image: string;
let before: string[];
let api: RunningApp;
let worker: RunningApp;

/** Every file of the image with the instant of its last change. */
const filesOf = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((file) => `${file} ${statSync(join(folder, file)).mtimeMs}`)
    .sort();

/** Gives a file or a folder another name, where the file system has links, and copies it elsewhere. */
function link(source: string, target: string): void {
  const stat = lstatSync(source);
  if (stat.isDirectory()) {
    mkdirSync(target, { recursive: true });
    for (const name of readdirSync(source)) link(join(source, name), join(target, name));
  } else if (stat.isSymbolicLink()) symlinkSync(readlinkSync(source), target);
  else {
    try {
      linkSync(source, target);
    } catch {
      copyFileSync(source, target);
    }
  }
}

function copyInto(folder: string, source: string, target: string): void {
  const path = join(folder, target.endsWith('/') ? join(target, basename(source)) : target);
  mkdirSync(dirname(path), { recursive: true });
  link(join(ROOT, source), path);
}

/** What `npm ci` would install with these options, of what is installed here. */
function installedPackages(options: readonly string[]): string[] {
  const listed = execFileSync('npm', ['ls', '--all', '--parseable', ...options], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  return (
    listed
      .split('\n')
      .map((path) => relative(ROOT, path))
      // What is inside of another package comes with it.
      .filter((path) => path.split('node_modules/').length === 2)
  );
}

function putTogether(folder: string): void {
  const dependencies = stageNamed('dependencies');
  for (const { sources, target } of copies(dependencies)) {
    for (const source of sources) copyInto(folder, source, target);
  }
  for (const { words } of dependencies.filter(({ name }) => name === 'RUN')) {
    const [command, verb, ...rest] = words;
    if (command === 'npm' && verb === 'ci') {
      for (const path of installedPackages(rest)) copyInto(folder, path, path);
    } else if (command === 'rm') {
      for (const path of rest) rmSync(join(folder, path), { recursive: true });
    } else expect.unreachable(`nobody here can do what the Dockerfile does: RUN ${words.join(' ')}`);
  }
  for (const { from, sources, target } of copies(LAST_STAGE)) {
    if (from !== 'build') continue;
    for (const source of sources) copyInto(folder, relative('/gradus', source), target);
  }
}

/** Asks what the image asks of an api to know whether it is healthy. */
const healthCheck = (port: string) => {
  const [, ...args] = listOf(LAST_STAGE, 'HEALTHCHECK');
  return run(process.execPath, args, { cwd: image, env: { PORT: port } });
};

beforeAll(async () => {
  image = mkdtempSync(join(tmpdir(), 'gradus-image-'));
  putTogether(image);
  before = filesOf(image);
  const env = {
    NODE_ENV: 'production',
    REDIS_URL: inject('redisUrl'),
    GRADUS_NAMESPACE: namespace,
    // Nowhere to write to.
    HOME: '/nonexistent',
    TMPDIR: '/nonexistent',
  };
  const keys = JSON.stringify([admin.key]);
  [api, worker] = await Promise.all([
    startApp('api', { ...env, PORT: '0', GRADUS_API_KEYS: keys }, image),
    startApp('worker', env, image),
  ]);
});
afterAll(async () => {
  await Promise.all([api, worker].map((app) => app?.kill('SIGTERM')));
  rmSync(image, { recursive: true, force: true });
  await clearNamespace(namespace);
});

it('has all that a plan needs from its making to its end, and nothing writes to it', async () => {
  const url = String(api.ready['url']);
  const client = createClient({ baseUrl: url, token: admin.token });
  const lca = createHandLca(client, 'lca-a');
  const { id } = await client.createPlan({ ...UPGRADE, agentIds: await registerAgents(client, 'a', 1) });
  await lca.checkIn([reportOn(await lca.takeTask(), 'completed', ON_TARGET)]);
  await waitFor(async () => (await client.getPlanSummary(id)).status === 'completed', {
    what: 'the plan to end',
  });
  const env = { GRADUS_URL: url, GRADUS_TOKEN: admin.token };
  const { stdout } = await run(process.execPath, ['apps/cli/bin/gradus.js', 'plans', 'get', id], {
    cwd: image,
    env,
  });
  expect(stdout).toContain(id);
  expect(filesOf(image)).toEqual(before);
});

it('is healthy while its api serves, and else not', async () => {
  const { port } = new URL(String(api.ready['url']));
  await healthCheck(port);
  await api.kill('SIGTERM');
  await expect(healthCheck(port)).rejects.toMatchObject({ code: 1 });
});

it('has no compiler, no test runner and no tool of the tests', () => {
  const packages = readdirSync(join(image, 'node_modules'));
  expect(packages).toContain('hono');
  expect(packages).not.toEqual(
    expect.arrayContaining([expect.stringMatching(/typescript|vitest|biome|testcontainers/)]),
  );
});
