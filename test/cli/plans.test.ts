// Plans, made and steered by the command line as an operator types it.
import { type Client, createClient } from '@gradus/client';
import type { PlanSummary } from '@gradus/domain';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { registerAgents } from '../support/agents.js';
import { type Ended, jsonLines, reach, runCli } from '../support/cli.js';
import { type Gradus, startGradus } from '../support/gradus.js';
import { createHandLca, ON_TARGET, reportOn } from '../support/handLca.js';
import { waitFor } from '../support/waitFor.js';

vi.setConfig({ testTimeout: 120_000 });

let gradus: Gradus;
let client: Client;

beforeAll(async () => {
  gradus = await startGradus();
  client = createClient({ baseUrl: gradus.url, token: gradus.token });
});
afterAll(() => gradus.stop());

const UPGRADE = ['--from-version', '1.2.0', '--to-version', '1.3.0', '--to-release', '221'];

function cli(...args: string[]): Promise<Ended> {
  return runCli(args, reach(gradus));
}

/** Runs a command that must succeed, and gives the one JSON document of its answer. */
async function answered<Answer = PlanSummary>(...args: string[]): Promise<Answer> {
  const { code, stdout, stderr } = await cli(...args, '--json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const [answer, ...rest] = jsonLines(stdout);
  expect(rest).toEqual([]);
  return answer as Answer;
}

async function pendingPlan(prefix: string, agents: number, ...options: string[]): Promise<PlanSummary> {
  const agentIds = await registerAgents(client, prefix, agents);
  return answered(
    'plans',
    'create',
    '--name',
    prefix,
    ...UPGRADE,
    '--agents',
    agentIds.join(','),
    ...options,
  );
}

/** Upgrades so many agents, or has them fail. */
async function upgrade(
  prefix: string,
  tasks: number,
  status: 'completed' | 'failed' = 'completed',
): Promise<void> {
  const lca = createHandLca(client, `lca-${prefix}`);
  const taken = await lca.takeTasks(tasks);
  await lca.checkIn(
    taken.map((task) => reportOn(task, status, status === 'completed' ? ON_TARGET : undefined)),
  );
}

function untilStatus(planId: string, status: string): Promise<PlanSummary> {
  return waitFor(
    async () => {
      const plan = await client.getPlanSummary(planId);
      return plan.status === status && plan;
    },
    { what: `the plan to be ${status}`, timeoutMs: 20_000 },
  );
}

test('start, pause, resume and cancel do what they say, and say where the plan stands', async () => {
  const { id } = await pendingPlan('steered', 2, '--no-auto-start');
  expect(await answered('plans', 'start', id)).toMatchObject({ id, status: 'running' });
  const paused = await cli('plans', 'pause', id, '--reason', 'seen on the dashboard');
  expect(paused).toMatchObject({ code: 0, stderr: '' });
  expect(paused.stdout).toMatch(
    new RegExp(
      `^${id}  paused: 0 of 2 agents done, 0 failed; seen on the dashboard; waits for resume since \\S+\n$`,
    ),
  );
  const { revision } = await client.getPlanSummary(id);
  const stale = await cli('plans', 'resume', id, '--if-revision', String(revision - 1));
  expect(stale).toMatchObject({ code: 6, stdout: '' });
  expect(stale.stderr).toContain('412 stale-revision');
  const resumed = await answered(
    ...[
      'plans',
      'resume',
      id,
      '--if-revision',
      String(revision),
      '--concurrency',
      '1',
      '--failure-threshold',
      '0.5',
    ],
  );
  expect(resumed).toMatchObject({ status: 'running', concurrency: 1, failureThreshold: 0.5 });
  const cancelled = await cli('plans', 'cancel', id, '--reason', 'ill');
  expect(cancelled).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('cancelled: 0 of 2 agents done'),
  });
});

test('promote is for the batch that was current when it was given, and a closed one stays as it is', async () => {
  const { id } = await pendingPlan('gated', 2, '--batch-size', '1', '--gate', 'manual');
  const early = await cli('plans', 'promote', id);
  expect(early).toMatchObject({ code: 6, stderr: expect.stringContaining('illegal-transition') });
  await upgrade('gated', 1);
  const gated = await waitFor(
    async () => {
      const plan = await client.getPlanSummary(id);
      return plan.waitingFor?.reason === 'gate' && plan;
    },
    { what: 'the gate' },
  );
  expect(gated.currentBatch).toBe(0);
  expect(await answered('plans', 'promote', id)).toMatchObject({ id });
  await waitFor(async () => (await client.getPlanSummary(id)).currentBatch === 1, {
    what: 'the second batch',
  });
  await upgrade('gated', 1);
  await untilStatus(id, 'completed');
  const closed = await answered('plans', 'promote', id, '--batch', '0');
  expect(closed).toEqual(await client.getPlanSummary(id));
});

test('get shows the plan, its batches, and the tasks of one of them by their status', async () => {
  const { id } = await pendingPlan('shown', 3, '--failure-threshold', '1', '--max-attempts', '1');
  const lca = createHandLca(client, 'lca-shown');
  const tasks = await lca.takeTasks(3);
  await lca.checkIn(
    tasks.map((task) =>
      task.agentId === 'shown-1' ? reportOn(task, 'failed') : reportOn(task, 'completed', ON_TARGET),
    ),
  );
  await untilStatus(id, 'completed');
  const { stdout } = await cli('plans', 'get', id);
  expect(stdout).toMatch(/^id +plan-/);
  expect(stdout).toMatch(/^upgrade +1\.2\.0 \(release 215\) to 1\.3\.0 \(release 221\)$/m);
  expect(stdout).toMatch(/^status +completed: 2 of 3 agents done, 1 failed$/m);
  expect(stdout).toMatch(/^batch +status +agents +done +running +failed +allowed +forgiven +unconfirmed$/m);
  expect(stdout).toMatch(/^0 +completed +3 +2 +0 +1 +3 +0 +\d$/m);

  expect(await answered('plans', 'get', id)).toEqual(await client.getPlan(id));
  expect(await answered('plans', 'get', id, '--summary')).toEqual(await client.getPlanSummary(id));
  expect(await answered('plans', 'get', id, '--batch', '0', '--status', 'failed')).toMatchObject({
    agentId: 'shown-1',
    error: 'checksum mismatch',
  });
  const table = await cli('plans', 'get', id, '--batch', '0');
  expect(table.stdout).toMatch(/^shown-1 +zmetis +failed +1 +1\.2\.0 +215 +checksum mismatch$/m);
  expect(table.stdout).toMatch(/^shown-2 +zmetis +completed +1 +1\.3\.0 +221$/m);
  expect((await cli('plans', 'get', id, '--status', 'failed')).code).toBe(2);

  const retried = await answered('plans', 'retry', id, '--idempotency-key', `again-${id}`);
  expect(retried).toMatchObject({ sourcePlanUuid: id.slice('plan-'.length), counts: { agents: 1 } });
  expect(await answered('plans', 'retry', id, '--idempotency-key', `again-${id}`)).toMatchObject({
    id: retried.id,
  });
  await answered('plans', 'cancel', retried.id);
  const rolledBack = await answered('plans', 'rollback', id);
  expect(rolledBack).toMatchObject({ toVersion: '1.2.0', toRelease: '215', counts: { agents: 2 } });
  expect((await cli('plans', 'delete', rolledBack.id)).code).toBe(6);
  await answered('plans', 'cancel', rolledBack.id);
  expect(await answered('plans', 'delete', rolledBack.id)).toEqual({ deleted: rolledBack.id });
  expect((await cli('plans', 'get', rolledBack.id)).code).toBe(8);
});

test('list shows the newest first, filters, and says where there are more than it shows', async () => {
  const first = await pendingPlan('first-listed', 1, '--no-auto-start');
  const second = await pendingPlan('second-listed', 2, '--no-auto-start');
  const { stdout } = await cli('plans', 'list', '--status', 'pending');
  const lines = stdout.split('\n');
  expect(lines[0]).toMatch(/^plan +status +agents +done +failed +created +name$/);
  expect(lines[1]).toMatch(new RegExp(`^${second.id} +pending +2 +0 +0 +\\S+Z +second-listed$`));
  expect(lines[2]).toMatch(new RegExp(`^${first.id} +pending +1 +0 +0 +\\S+Z +first-listed$`));
  const cut = await cli('plans', 'list', '--status', 'pending', '--limit', '1', '--json');
  expect(jsonLines(cut.stdout)).toEqual([await client.getPlanSummary(second.id)]);
  expect(cut.stderr).toMatch(/^There are more than these 1: see them with --all/);
  const whole = await cli('plans', 'list', '--status', 'pending', '--limit', '2');
  expect(whole.stderr).toBe('');
  const ofOne = await cli('plans', 'list', '--agent', 'first-listed-0', '--all', '--json');
  expect(jsonLines(ofOne.stdout)).toEqual([await client.getPlanSummary(first.id)]);
});

test('the emergency stop pauses what runs, and its end resumes just that', async () => {
  const { id } = await pendingPlan('stopped', 1);
  await untilStatus(id, 'running');
  const { plans } = await answered<{ plans: number }>('plans', 'pause-all');
  expect(plans).toBeGreaterThan(0);
  expect((await client.getPlanSummary(id)).status).toBe('paused');
  const resumed = await cli('plans', 'resume-all');
  expect(resumed).toMatchObject({ code: 0, stdout: `${plans} plans resumed\n` });
  expect((await client.getPlanSummary(id)).status).toBe('running');
});

test('events lists what happened, and with --follow goes on until the plan ends', async () => {
  const { id } = await pendingPlan('told', 1, '--no-auto-start');
  const listed = await cli('plans', 'events', id);
  expect(listed).toMatchObject({ code: 0, stderr: '' });
  expect(listed.stdout).toMatch(/^\S+Z {2}plan\.created +by admin\n$/);
  const followed = cli('plans', 'events', id, '--follow', '--json');
  await answered('plans', 'start', id);
  await upgrade('told', 1);
  const { code, stdout } = await followed;
  expect(code).toBe(0);
  const events: unknown[] = [];
  for await (const event of client.listEvents(id)) events.push(event);
  expect(jsonLines(stdout)).toEqual(events);
  expect(events.at(-1)).toMatchObject({ type: 'plan.completed' });
  const after = await cli('plans', 'events', id, '--after', String(events.length - 1), '--json', '--follow');
  expect(jsonLines(after.stdout)).toEqual(events.slice(-1));
});
