// Keys made by the command line are keys that the api takes.
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { ApiKey } from '../support/apiKeys.js';
import { jsonLines, runCli } from '../support/cli.js';
import { type Gradus, startGradus } from '../support/gradus.js';
import { createAsk } from '../support/http.js';

vi.setConfig({ testTimeout: 120_000 });

let gradus: Gradus;
let made: { token: string; key: ApiKey };

beforeAll(async () => {
  const args = ['--name', 'hall 2', '--scopes', 'agents:check-in,agents:read', '--lca-uuid', 'lca-hall-2'];
  const { stdout } = await runCli(['keys', 'create', ...args, '--json'], {});
  [made] = jsonLines(stdout) as [typeof made];
  gradus = await startGradus({ workers: 0, keys: [made.key] });
});
afterAll(() => gradus.stop());

test('a made key may do what its scopes say, for its LCA alone', async () => {
  const ask = createAsk({ url: gradus.url, token: made.token });
  const base = '/api/v1/lifecycle';
  expect((await ask('POST', `${base}/lcas/lca-hall-2/check-in`, { json: { reports: [] } })).status).toBe(200);
  expect((await ask('POST', `${base}/lcas/lca-hall-3/check-in`, { json: { reports: [] } })).status).toBe(403);
  expect((await ask('GET', `${base}/upgrade-plans`)).status).toBe(403);
  expect(made.key).toMatchObject({ name: 'hall 2', scopes: ['agents:read', 'agents:check-in'] });
});

test('a key has no name that the api would refuse', async () => {
  const { code, stderr } = await runCli(['keys', 'create', '--name', 'gradus', '--scopes', 'plans:read'], {});
  expect(code).toBe(2);
  expect(stderr).toContain('--name');
});

test('each token is another, is shown once, and hash gives what its entry has', async () => {
  const [first, second] = await Promise.all(
    [1, 2].map(() => runCli(['keys', 'create', '--name', 'ops', '--scopes', 'plans:read'], {})),
  );
  expect(first?.stdout).not.toBe(second?.stdout);
  const [, token = '', entry = ''] =
    /^token, shown this once: (\S{43})\n.*\n(\{.*\})\n$/.exec(first?.stdout ?? '') ?? [];
  expect(entry).not.toContain(token);
  const { sha256 } = JSON.parse(entry) as ApiKey;
  const hashed = await runCli(['keys', 'hash'], {}, `${token}\n`);
  expect(hashed).toEqual({ code: 0, stderr: '', stdout: `${sha256}\n` });
  const json = await runCli(['keys', 'hash', '--json'], {}, token);
  expect(jsonLines(json.stdout)).toEqual([{ sha256 }]);
  expect((await runCli(['keys', 'hash'], {}, '\n')).code).toBe(2);
});
