// What a script can tell by the exit code alone.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type Client, createClient } from '@gradus/client';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { EXIT_CODES } from '../../apps/cli/src/exitCodes.js';
import { freePort } from '../../scripts/ports.mjs';
import { registerAgents } from '../support/agents.js';
import { makeApiKey } from '../support/apiKeys.js';
import { cliEnv, type Ended, GRADUS, jsonLines, keepTrack, reach, runCli, startCli } from '../support/cli.js';
import { type Gradus, startGradus } from '../support/gradus.js';
import { createHandLca, ON_TARGET, reportOn } from '../support/handLca.js';
import { waitFor } from '../support/waitFor.js';

vi.setConfig({ testTimeout: 120_000 });

let gradus: Gradus;
let client: Client;
const reader = makeApiKey('reader', ['plans:read']);

beforeAll(async () => {
  gradus = await startGradus({ keys: [reader.key] });
  client = createClient({ baseUrl: gradus.url, token: gradus.token });
});
afterAll(() => gradus.stop());

const UPGRADE = ['--from-version', '1.2.0', '--to-version', '1.3.0', '--to-release', '221'];

function cli(...args: string[]): Promise<Ended> {
  return runCli(args, reach(gradus));
}

/** Begins to make and watch a plan of agents of one LCA. */
async function createAndWatch(prefix: string, agents: number, ...options: string[]) {
  const agentIds = await registerAgents(client, prefix, agents);
  const create = ['plans', 'create', '--name', prefix, ...UPGRADE, '--agents', agentIds.join(',')];
  return startCli([...create, '--watch', ...options], reach(gradus));
}

/** Has the tasks reported, in order: the rest of them like the last one. */
async function report(prefix: string, count: number, ...statuses: ('completed' | 'failed')[]): Promise<void> {
  const lca = createHandLca(client, `lca-${prefix}`);
  const tasks = await lca.takeTasks(count);
  await lca.checkIn(
    tasks.map((task, index) => {
      const status = statuses[index] ?? statuses.at(-1) ?? 'completed';
      return reportOn(task, status, status === 'completed' ? ON_TARGET : undefined);
    }),
  );
}

test('a plan that completes while it is watched is 0', async () => {
  const watched = await createAndWatch('done', 2);
  await report('done', 2, 'completed');
  const { code, stdout } = await watched.ended;
  expect(code).toBe(0);
  expect(stdout).toMatch(/plan\.completed/);
});

test('a plan that pauses is 3, with the reason; with --keep-watching it is watched to its end', async () => {
  const watched = await createAndWatch('tripped', 2, '--failure-threshold', '0');
  await report('tripped', 2, 'failed', 'completed');
  const { code, stdout } = await watched.ended;
  expect(code).toBe(3);
  const last = stdout.trimEnd().split('\n').at(-1) ?? '';
  expect(last).toMatch(
    /^plan-\S+ {2}paused: .*; Failure threshold exceeded: 1 of 2 failed, 0 allowed; most frequent:/,
  );
  expect(last).toMatch(/batch 0: 1 failed of 0 allowed$/);
  const id = last.split(' ')[0] ?? '';

  const again = await cli('plans', 'watch', id);
  expect(again).toMatchObject({ code: 3, stdout: `${last}\n` });
  const kept = startCli(['plans', 'watch', id, '--keep-watching'], reach(gradus));
  await waitFor(() => kept.stdout.includes(last), { what: 'the watching to have begun', timeoutMs: 60_000 });
  await client.resumePlan(id);
  expect((await kept.ended).code).toBe(0);
});

test('a plan whose threshold takes it back fails, which is 4 and not a pause', async () => {
  const watched = await createAndWatch(
    'taken-back',
    2,
    '--failure-threshold',
    '0',
    '--on-threshold',
    'rollback',
  );
  await report('taken-back', 2, 'failed', 'completed');
  const { code, stdout } = await watched.ended;
  expect({ code, stdout }).toEqual({ code: 4, stdout: expect.stringMatching(/plan\.failed/) });
});

test('a plan that is cancelled is 5', async () => {
  const watched = await createAndWatch('dropped', 1, '--json');
  const first = await waitFor(() => watched.stdout.includes('\n') && watched.stdout, {
    what: 'the first line',
    timeoutMs: 60_000,
  });
  const { id } = (await client.listPlans({ agentId: 'dropped-0' }).next()).value ?? { id: '' };
  expect(first).toContain(id);
  await client.cancelPlan(id);
  const { code, stdout } = await watched.ended;
  expect(code).toBe(5);
  expect(jsonLines(stdout).at(-1)).toMatchObject({ type: 'plan', plan: { id, status: 'cancelled' } });
});

test('what the api refuses is 6, what the token does not allow 7, what is not there 8', async () => {
  const [unknown, busy] = await Promise.all([
    cli('plans', 'create', '--name', 'n', ...UPGRADE, '--agents', 'nobody'),
    cli(
      'plans',
      'create',
      '--name',
      'n',
      ...UPGRADE,
      '--agents',
      'a',
      '--batch-size',
      '2',
      '--batch-sizes',
      '1,2',
    ),
  ]);
  expect(unknown).toMatchObject({
    code: 6,
    stdout: '',
    stderr: expect.stringContaining('422 unknown-agents'),
  });
  expect(busy).toMatchObject({
    code: 6,
    stderr: expect.stringContaining('batchSizes: must not stand together'),
  });
  const [wrong, scope, absent] = await Promise.all([
    runCli(['plans', 'list'], { ...reach(gradus), GRADUS_TOKEN: 'not-the-token' }),
    runCli(['plans', 'pause-all'], { ...reach(gradus), GRADUS_TOKEN: reader.token }),
    cli('plans', 'get', 'plan-00000000-0000-4000-8000-000000000000'),
  ]);
  expect(wrong).toMatchObject({ code: 7, stderr: expect.stringContaining('401 unauthenticated') });
  expect(scope).toMatchObject({ code: 7, stderr: expect.stringContaining('403 forbidden') });
  expect(absent).toMatchObject({ code: 8, stderr: expect.stringContaining('404 not-found') });
});

test('an api that is not there is 9', async () => {
  const port = await freePort();
  const env = { ...reach(gradus), GRADUS_URL: `http://127.0.0.1:${port}` };
  const { code, stdout, stderr } = await runCli(['plans', 'list'], env);
  expect({ code, stdout }).toEqual({ code: 9, stdout: '' });
  expect(stderr).toMatch(/^gradus: No answer from the api: GET \/upgrade-plans got no answer$/m);
  expect(stderr).toContain(`connect ECONNREFUSED 127.0.0.1:${port}`);
});

test.each([
  ['a command that there is not', ['plnas'], /unknown command 'plnas'\n\(Did you mean plans\?\)/],
  ['a subcommand that is missing', ['plans'], /^Usage: gradus plans/],
  ['a subcommand that there is not', ['plans', 'crate'], /\(Did you mean create\?\)/],
  ['an option that there is not', ['plans', 'list', '--stauts', 'x'], /\(Did you mean --status\?\)/],
  [
    'a number that is none',
    ['plans', 'resume', 'p', '--concurrency', 'few'],
    /'--concurrency <n>' .* whole number/,
  ],
  [
    'a share that is none',
    ['plans', 'resume', 'p', '--failure-threshold', '10%'],
    /--failure-threshold.*such as 0\.1/,
  ],
  [
    'a choice that there is not',
    ['plans', 'list', '--status', 'lost'],
    /Allowed choices are pending, running/,
  ],
  ['a plan that is not named', ['plans', 'get'], /missing required argument 'plan'/],
  [
    'fields that are missing',
    ['plans', 'create', '--name', 'n'],
    /needs --from-version, --to-version, --to-release, --agents/,
  ],
  [
    'two sources of agents',
    ['plans', 'create', '--agents', 'a', '--agents-file', 'b'],
    /must not stand together/,
  ],
  [
    'a file that is not there',
    ['plans', 'create', '--file', '/nowhere.json'],
    /nowhere\.json cannot be read/,
  ],
  ['nothing to watch', ['plans', 'create', '--dry-run', '--watch'], /--dry-run makes nothing/],
  [
    'an address that is none',
    ['plans', 'list', '--url', 'ftp://u:secret@h'],
    /^gradus: What --url or GRADUS_URL says/,
  ],
  ['two tokens', ['plans', 'list', '--token', 'a', '--token-file', 'b'], /must not stand together/],
  [
    'a scope that there is not',
    ['keys', 'create', '--name', 'n', '--scopes', 'plans'],
    /there are plans:read/,
  ],
  ['a shell that there is not', ['completion', 'tcsh'], /Allowed choices are bash, zsh, fish/],
])('%s is 2, and says what is accepted', async (_, args, said) => {
  const { code, stdout, stderr } = await runCli(args, { GRADUS_TOKEN: 'the-token' });
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(said);
  expect(stderr).not.toContain('secret');
});

test('without a token nothing is asked: 2', async () => {
  const { code, stderr } = await runCli(['plans', 'list'], { GRADUS_URL: gradus.url, GRADUS_TOKEN: '' });
  expect(code).toBe(2);
  expect(stderr).toContain('GRADUS_TOKEN');
});

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('a watch that gets %s ends cleanly with %i, and leaves the plan alone', async (signal, code) => {
  const prefix = `left-${code}`;
  const watched = await createAndWatch(prefix, 1);
  await waitFor(() => watched.stdout.includes('task.dispatched'), {
    what: 'the watching',
    timeoutMs: 60_000,
  });
  watched.child.kill(signal);
  const { code: ended, stderr } = await watched.ended;
  expect(ended).toBe(code);
  expect(stderr).toMatch(/^Stopped watching; plan-\S+ itself is not affected\.\n$/);
  const plan = (await client.listPlans({ agentId: `${prefix}-0` }).next()).value;
  expect(plan).toMatchObject({ status: 'running' });
});

test('a command that waits for its standard input ends with 130 too', async () => {
  const child = spawn(process.execPath, [GRADUS, 'plans', 'create', '--file', '-'], {
    env: cliEnv(reach(gradus)),
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  keepTrack(child, 'create --file -');
  const ended = once(child, 'close');
  // More than a pipe holds: once all of it is written, the command reads.
  await new Promise((resolve) => child.stdin.write(' '.repeat(4_000_000), resolve));
  child.kill('SIGINT');
  expect(await ended).toEqual([130, null]);
});

test('whoever stops reading is not complained to: 141, without a word', async () => {
  const agentIds = await registerAgents(client, 'broken', 1);
  const plan = { name: 'broken', fromVersion: '1.2.0', toVersion: '1.3.0', toRelease: '221', agentIds };
  const { id } = await client.createPlan(plan);
  const script = `set -o pipefail
    '${process.execPath}' '${GRADUS}' plans events --follow "$0" | { head -n 1; exec 0<&-; echo gone; }`;
  const child = spawn('bash', ['-c', script, id], { env: cliEnv(reach(gradus)) });
  keepTrack(child, 'events --follow');
  const written = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    written.stdout += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    written.stderr += chunk;
  });
  const ended = once(child, 'close');
  await waitFor(() => written.stdout.endsWith('gone\n'), { what: 'the reader to go', timeoutMs: 60_000 });
  await report('broken', 1);
  expect([await ended, written.stderr]).toEqual([[141, null], '']);
});

test('no two ways to end have one code', () => {
  const codes = Object.values(EXIT_CODES).map(({ code }) => code);
  expect(new Set(codes).size).toBe(codes.length);
});
