// What a refusal says: every part of the problem, long lists shortened; and never a token.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, createClient } from '@gradus/client';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { agentNames, registerAgents } from '../support/agents.js';
import { type Ended, jsonLines, reach, runCli } from '../support/cli.js';
import { type Gradus, startGradus } from '../support/gradus.js';

vi.setConfig({ testTimeout: 120_000 });

let gradus: Gradus;
let client: Client;

beforeAll(async () => {
  gradus = await startGradus({ workers: 0 });
  client = createClient({ baseUrl: gradus.url, token: gradus.token });
});
afterAll(() => gradus.stop());

const UPGRADE = { name: 'n', fromVersion: '1.2.0', toVersion: '1.3.0', toRelease: '221' };

function create(plan: object, ...args: string[]): Promise<Ended> {
  return runCli(
    ['plans', 'create', '--file', '-', ...args],
    reach(gradus),
    JSON.stringify({ ...UPGRADE, ...plan }),
  );
}

test('every field that is wrong is named, with its fault and what is accepted', async () => {
  const { code, stdout, stderr } = await create({
    name: '',
    agentIds: ['ok', 'not ok'],
    observeDuration: 'value',
    concurrency: 0,
  });
  expect({ code, stdout }).toEqual({ code: 6, stdout: '' });
  const lines = stderr.trimEnd().split('\n');
  expect(lines[0]).toBe('gradus: Fields are missing or wrong (422 validation-failed)');
  expect(lines[1]).toBe('  4 fields are missing or wrong.');
  for (const field of ['name', 'agentIds[1]', 'observeDuration', 'concurrency']) {
    expect(lines.filter((line) => line.startsWith(`  ${field}: `))).toHaveLength(1);
  }
  expect(stderr).toMatch(/accepted are 90s, 10m/);
  expect(lines.at(-1)).toMatch(/^ {2}request id: \S+$/);
});

test('of agents that are busy, unknown or on another version the first ten are shown', async () => {
  const busy = await registerAgents(client, 'busy', 12);
  const { id } = await client.createPlan({ ...UPGRADE, agentIds: busy });
  const old = await registerAgents(client, 'old', 2, { actualVersion: '1.1.0' });
  const [conflicts, unknown, mismatch] = await Promise.all([
    create({ agentIds: busy }),
    create({ agentIds: agentNames('nobody', 150) }),
    create({ agentIds: old }),
  ]);
  expect(conflicts.stderr).toMatch(/^gradus: Agents are in a plan that has not ended \(409 agents-busy\)\n/);
  expect(conflicts.stderr).toContain(`\n  busy-0 is in ${id}\n`);
  expect(conflicts.stderr.split(' is in plan-')).toHaveLength(11);
  expect(conflicts.stderr).toContain('\n  and 2 more\n');
  expect(unknown.stderr.split(' is not in the inventory')).toHaveLength(11);
  expect(unknown.stderr).toContain('\n  and 140 more\n');
  expect(mismatch.stderr).toMatch(/\n {2}old-0 runs 1\.1\.0\n {2}old-1 runs 1\.1\.0\n {2}request id/);
});

test('with --json a failure is one JSON document on the standard error, the problem whole', async () => {
  const agentIds = agentNames('nobody', 20);
  const { code, stdout, stderr } = await create({ agentIds }, '--json');
  expect({ code, stdout }).toEqual({ code: 6, stdout: '' });
  expect(jsonLines(stderr)).toEqual([
    {
      ...{ error: 'refused', exitCode: 6, message: 'Agents are not in the inventory (422 unknown-agents)' },
      problem: expect.objectContaining({ status: 422, code: 'unknown-agents', agentIds, agentCount: 20 }),
    },
  ]);
});

test('what answers and is no api of Gradus is told as such, and is 9', async () => {
  const other = createServer((_, answer) => answer.writeHead(404).end('<html>')).listen(0, '127.0.0.1');
  try {
    await new Promise((resolve) => other.once('listening', resolve));
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const { code, stderr } = await runCli(['plans', 'get', 'p'], {
      ...reach(gradus),
      GRADUS_URL: `http://127.0.0.1:${port}`,
    });
    expect(code).toBe(9);
    expect(stderr).toBe('gradus: What answers there is not the api of Gradus: 404 Not Found\n');
  } finally {
    other.closeAllConnections();
    other.close();
  }
});

test('the token comes from an option, a file or a variable, and is never shown', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gradus-cli-'));
  const good = join(folder, 'good');
  const bad = join(folder, 'bad');
  writeFileSync(good, `${gradus.token}\n`);
  writeFileSync(bad, 'first-secret\nsecond-secret');
  try {
    const env = { GRADUS_URL: gradus.url };
    const list = ['plans', 'list'];
    const right = await Promise.all([
      runCli([...list, '--token-file', good], { ...env, GRADUS_TOKEN: 'wrong-secret' }),
      runCli([...list, '--token', gradus.token], { ...env, GRADUS_TOKEN: 'wrong-secret' }),
      runCli(list, { ...env, GRADUS_TOKEN: gradus.token }),
    ]);
    expect(right.map(({ code }) => code)).toEqual([0, 0, 0]);
    const wrong = await Promise.all([
      runCli([...list, '--token', 'wrong-secret'], env),
      runCli([...list, '--token-file', bad], env),
      runCli([...list, '--token', 'sécret-secret'], env),
      runCli([...list, '--token-file', join(folder, 'absent')], { ...env, GRADUS_TOKEN: gradus.token }),
      runCli([...list, '--url', `http://user:secret@127.0.0.1:${new URL(gradus.url).port}`], {
        GRADUS_TOKEN: 't',
      }),
      runCli([...list, '--help'], { ...env, GRADUS_TOKEN: 'wrong-secret' }),
    ]);
    expect(wrong.map(({ code }) => code)).toEqual([7, 2, 2, 2, 2, 0]);
    for (const { stdout, stderr } of [...right, ...wrong]) {
      expect(stdout + stderr).not.toMatch(/secret/);
      expect(stdout + stderr).not.toContain(gradus.token);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
