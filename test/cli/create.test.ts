// `gradus plans create`: every field reaches the api as it was given, and a plan is made once.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, createClient } from '@gradus/client';
import type { PlanSummary } from '@gradus/domain';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { registerAgents } from '../support/agents.js';
import { type Ended, jsonLines, reach, runCli, startCli } from '../support/cli.js';
import { type Gradus, startGradus } from '../support/gradus.js';
import { waitFor } from '../support/waitFor.js';
import { startTroubledNetwork, type TroubledNetwork } from './troubledNetwork.js';

vi.setConfig({ testTimeout: 120_000 });

let gradus: Gradus;
let network: TroubledNetwork;
let client: Client;
let folder: string;

beforeAll(async () => {
  gradus = await startGradus({ workers: 0 });
  network = await startTroubledNetwork(gradus.url);
  client = createClient({ baseUrl: gradus.url, token: gradus.token });
  folder = mkdtempSync(join(tmpdir(), 'gradus-cli-'));
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await network.stop();
  await gradus.stop();
});

const UPGRADE = ['--from-version', '1.2.0', '--to-version', '1.3.0', '--to-release', '221'];

function create(args: string[], stdin?: string): Promise<Ended> {
  return runCli(['plans', 'create', ...args], { ...reach(gradus), GRADUS_URL: network.url }, stdin);
}

async function created(args: string[], stdin?: string): Promise<PlanSummary> {
  const { code, stdout, stderr } = await create([...args, '--json'], stdin);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return jsonLines(stdout)[0] as PlanSummary;
}

function file(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

async function agentsOf(planId: string): Promise<string[][]> {
  return (await client.getPlan(planId)).batches.map(({ agentIds }) => agentIds);
}

async function plansOf(agentId: string): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of client.listPlans({ agentId })) ids.push(id);
  return ids;
}

test('every option is the field of its name', async () => {
  const agentIds = await registerAgents(client, 'every', 7);
  const startAt = new Date(Date.now() + 3_600_000).toISOString();
  const plan = await created([
    ...['--name', 'Every one', ...UPGRADE, '--agents', ` ${agentIds.join(' , ')}`],
    ...['--batch-sizes', '1,50%', '--failure-threshold', '0.25', '--concurrency', '3', '--created-by', 'me'],
    ...['--observe-duration', '10m', '--start-at', startAt, '--gate', 'manual', '--task-timeout', '90s'],
    ...['--max-attempts', '2', '--on-threshold', 'rollback'],
  ]);
  expect(plan).toMatchObject({
    ...{ name: 'Every one', fromVersion: '1.2.0', toVersion: '1.3.0', toRelease: '221' },
    ...{
      failureThreshold: 0.25,
      concurrency: 3,
      createdBy: 'me',
      observeDuration: '10m',
      startAt,
      gate: 'manual',
    },
    ...{ taskTimeout: '90s', maxAttempts: 2, onThreshold: 'rollback', status: 'pending' },
  });
  expect(await agentsOf(plan.id)).toEqual([agentIds.slice(0, 1), agentIds.slice(1, 5), agentIds.slice(5)]);
});

test('agents come from a file or the standard input, by commas, spaces or lines', async () => {
  const agentIds = await registerAgents(client, 'filed', 4);
  const [a, b, c, d] = agentIds;
  const text = `${a}, ${b}\r\n${c}\n\n  ${d}\n`;
  const base = ['--name', 'n', ...UPGRADE, '--batch-size', '3', '--dry-run', '--agents-file'];
  const [read, piped] = await Promise.all([
    created([...base, file('agents.txt', text)]),
    created([...base, '-'], text),
  ]);
  for (const plan of [read, piped]) {
    expect(plan.batches.map(({ counts }) => counts.agents)).toEqual([3, 1]);
  }
});

test('a plan in a file is taken as it is, and an option goes before its field', async () => {
  const agentIds = await registerAgents(client, 'stored', 2);
  const plan = {
    ...{ name: 'In a file', fromVersion: '1.2.0', toVersion: '1.3.0', toRelease: '221', agentIds },
    ...{ autoStart: false, concurrency: 7, failureThreshold: 0.5 },
  };
  const path = file('plan.json', plan);
  const made = await created(['--file', path, '--concurrency', '2']);
  expect(made).toMatchObject({ name: 'In a file', concurrency: 2, failureThreshold: 0.5 });
  // It was made to wait, and nothing that was left out of the command line starts it.
  expect(made.waitingFor).toMatchObject({ reason: 'operator' });
  await client.cancelPlan(made.id);
  const started = await created(['--file', '-', '--auto-start'], JSON.stringify(plan));
  expect(started.waitingFor).toBeNull();
  const [unknown, list] = await Promise.all([
    create(['--file', file('typo.json', { ...plan, batchsize: 3 })]),
    create(['--file', file('list.json', [plan])]),
  ]);
  expect(unknown).toMatchObject({ code: 6, stderr: expect.stringMatching(/^ {2}batchsize: /m) });
  expect(list).toMatchObject({ code: 2, stderr: expect.stringContaining('must be one JSON object') });
});

test('a dry run shows what the plan would come to, as a table, and stores nothing', async () => {
  const agentIds = await registerAgents(client, 'dry', 12);
  const args = ['--name', 'n', ...UPGRADE, '--agents', agentIds.join(','), '--batch-sizes', '2,10'];
  const { code, stdout } = await create([
    ...args,
    '--observe-duration',
    '5m',
    '--concurrency',
    '3',
    '--dry-run',
  ]);
  expect(code).toBe(0);
  expect(stdout.split('\n').slice(2, 5)).toEqual([
    'batch  agents  skipped  failures allowed',
    '0      2       0        0',
    '1      10      0        1',
  ]);
  expect(stdout).toMatch(/^batches +2$/m);
  expect(stdout).toMatch(/^agents +12$/m);
  expect(stdout).toMatch(/^tasks +12$/m);
  expect(stdout).toMatch(/^failed or in flight at the first pause, at worst +4$/m);
  expect(stdout).toMatch(/^observe windows alone take +PT10M$/m);
  expect(await plansOf('dry-0')).toEqual([]);
});

test('a plan whose answer is lost is asked for again, and is one plan', async () => {
  const agentIds = await registerAgents(client, 'lost', 1);
  network.losesAnswers = 2;
  const plan = await created(['--name', 'n', ...UPGRADE, '--agents', agentIds.join(',')]);
  expect(network.losesAnswers).toBe(0);
  expect(await plansOf('lost-0')).toEqual([plan.id]);
});

test('where no answer comes at all it is said how to find out what became of it', async () => {
  const agentIds = await registerAgents(client, 'unsure', 1);
  const args = ['--name', 'n', ...UPGRADE, '--agents', agentIds.join(',')];
  network.losesAnswers = 1_000;
  const { code, stdout, stderr } = await create(args);
  network.losesAnswers = 0;
  expect({ code, stdout }).toEqual({ code: 9, stdout: '' });
  const [, key = ''] =
    /It is not known whether the plan was made.*--idempotency-key (\S+)/s.exec(stderr) ?? [];
  const plan = await created([...args, '--idempotency-key', key]);
  expect(await plansOf('unsure-0')).toEqual([plan.id]);
});

test('a Ctrl-C while it is not known what becomes of it says the same', async () => {
  const agentIds = await registerAgents(client, 'unsure-too', 1);
  network.losesAnswers = 1_000;
  const env = { ...reach(gradus), GRADUS_URL: network.url };
  const before = network.count('POST', '/upgrade-plans');
  const making = startCli(
    ['plans', 'create', '--name', 'n', ...UPGRADE, '--agents', agentIds.join(',')],
    env,
  );
  await waitFor(() => network.count('POST', '/upgrade-plans') > before, {
    what: 'it to be asked',
    timeoutMs: 60_000,
  });
  making.child.kill('SIGINT');
  const { code, stderr } = await making.ended;
  network.losesAnswers = 0;
  expect(code).toBe(130);
  expect(stderr).toMatch(/^It is not known whether the plan was made/);
});

test('the emergency stop is pressed again until it is answered', async () => {
  network.losesAnswers = 1;
  const before = network.count('POST', ':pause-all');
  const { code } = await runCli(['plans', 'pause-all'], { ...reach(gradus), GRADUS_URL: network.url });
  expect(code).toBe(0);
  expect(network.count('POST', ':pause-all') - before).toBe(2);
});

test('a resume whose answer is lost is not tried again: it would accept what failed since', async () => {
  const agentIds = await registerAgents(client, 'resumed', 1);
  const { id } = await client.createPlan({
    ...{ name: 'n', fromVersion: '1.2.0', toVersion: '1.3.0', toRelease: '221', agentIds, autoStart: false },
  });
  await client.startPlan(id);
  await client.pausePlan(id);
  network.losesAnswers = 1;
  const { code } = await runCli(['plans', 'resume', id], { ...reach(gradus), GRADUS_URL: network.url });
  expect(code).toBe(9);
  expect(network.count('POST', '/resume')).toBe(1);
});
