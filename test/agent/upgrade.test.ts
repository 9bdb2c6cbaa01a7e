// `gradus agent` on machines that are really upgraded: what it promises when all goes well, and when it does not.
import { type Client, createClient } from '@gradus/client';
import type { Plan } from '@gradus/domain';
import { afterAll, beforeAll, expect, type TestContext, test, vi } from 'vitest';
import { makeApiKey } from '../support/apiKeys.js';
import { jsonLines, type RunningCli } from '../support/cli.js';
import { type Gradus, startGradus } from '../support/gradus.js';
import { waitFor } from '../support/waitFor.js';
import { COMPONENT, lives, type Machine, makeMachine } from './machine.js';

vi.setConfig({ testTimeout: 120_000 });

/** It takes a fraction of that; the machine may be busy with much else. */
const WITHIN_MS = 40_000;

const UPGRADE = { name: 'upgrade', fromVersion: '1.2.0', toVersion: '1.3.0', toRelease: '221' };
const key = makeApiKey('machine', ['agents:check-in', 'agents:write']);
const checkInOnly = makeApiKey('bare machine', ['agents:check-in']);

let gradus: Gradus;
let client: Client;

beforeAll(async () => {
  gradus = await startGradus({ keys: [key.key, checkInOnly.key] });
  client = createClient({ baseUrl: gradus.url, token: gradus.token });
});
afterAll(() => gradus.stop());

/** A machine in the inventory. */
async function newMachine(
  { onTestFinished }: TestContext,
  agentId: string,
  token = key.token,
): Promise<Machine> {
  const machine = makeMachine(agentId, token, onTestFinished);
  const components = [{ componentName: COMPONENT, actualVersion: '1.2.0', actualRelease: '215' }];
  await client.putAgent(agentId, { components });
  return machine;
}

function startAgent(machine: Machine, ...args: string[]): RunningCli {
  return machine.startAgent(gradus.url, args);
}

function createPlan({ agentId }: Machine, fields: Record<string, unknown> = {}): Promise<Plan> {
  return client.createPlan({ ...UPGRADE, agentIds: [agentId], ...fields });
}

async function untilStatus(id: string, status: string): Promise<Plan> {
  return waitFor(
    async () => {
      const plan = await client.getPlan(id);
      return plan.status === status && plan;
    },
    { what: `${id} to be ${status}`, timeoutMs: WITHIN_MS },
  );
}

async function untilTask(id: string, status: string) {
  return waitFor(
    async () => {
      const task = (await client.getPlan(id)).batches[0]?.tasks[0];
      return task?.status === status && task;
    },
    { what: `the task of ${id} to be ${status}`, timeoutMs: WITHIN_MS },
  );
}

/** Resolves once the agent has said something that has this. */
async function untilSaid(agent: RunningCli, words: string): Promise<void> {
  await waitFor(() => agent.stdout.includes(words), {
    what: `the agent to say ${words}`,
    timeoutMs: WITHIN_MS,
  });
}

test('a plan upgrades what is installed, a rollback takes it back, and the api may be away between', async (context) => {
  const machine = await newMachine(context, 'press-1');
  const { lcaUuid } = await client.getAgent('press-1');
  const agent = startAgent(machine, '--register');
  await untilSaid(agent, 'press-1: registered');
  const plan = await createPlan(machine);
  expect((await untilStatus(plan.id, 'completed')).batches[0]?.tasks[0]).toMatchObject({
    status: 'completed',
    actualVersion: '1.3.0',
    actualRelease: '221',
    runtimeStatus: 'running',
  });
  expect(machine.installed()).toBe('1.3.0 221');
  // Before the command began it was on the disk that it may have.
  expect(JSON.parse(machine.read('remembered'))).toMatchObject({
    tasks: { [machine.runs()[0] ?? '']: { command: { pid: expect.any(Number) }, runs: 1 } },
  });
  // Everything but the token is for the command to see.
  expect(machine.read('env')).toBe('press-1 hello 1.2.0 1.3.0 none\n');
  // The LCA that it takes itself for without being told is the one that the api means.
  expect(jsonLines(agent.stdout)[0]).toMatchObject({ type: 'ready', agentId: 'press-1', lcaUuid });

  await gradus.restartApi('SIGKILL');
  const back = await client.rollbackPlan(plan.id, { idempotencyKey: 'press-1-back' });
  await untilStatus(back.id, 'completed');
  expect(machine.installed()).toBe('1.2.0 215');
  expect(machine.runs()).toHaveLength(2);
  expect(await machine.endAgent(agent, 'SIGTERM')).toBe(143);
});

test.concurrent('an agent that is killed in the middle takes the command up where it is, and runs it once', async (context) => {
  const machine = await newMachine(context, 'press-2');
  machine.write('hold', '');
  const killed = startAgent(machine);
  const plan = await createPlan(machine);
  await machine.working();
  await machine.endAgent(killed, 'SIGKILL');
  const next = startAgent(machine);
  await untilSaid(next, 'an earlier agent began its command');
  // And another one, which finds the command at its end.
  await machine.endAgent(next, 'SIGTERM');
  machine.remove('hold');
  await waitFor(() => machine.installed() === '1.3.0 221', {
    what: 'the command to end without an agent',
    timeoutMs: WITHIN_MS,
  });
  startAgent(machine);
  const { batches } = await untilStatus(plan.id, 'completed');
  expect(machine.runs()).toEqual([batches[0]?.tasks[0]?.lifecycleTaskUuid]);
});

test.concurrent('a command that ended with its agent has failed, but where it may be run again', async (context) => {
  const machine = await newMachine(context, 'press-3');
  machine.write('hold', '');
  const cutOff = async (agent: RunningCli) => {
    const pid = await machine.working();
    await machine.endAgent(agent, 'SIGKILL');
    // As a reboot would: the command, and the shell that waits for it.
    process.kill(-groupOf(machine), 'SIGKILL');
    await waitFor(() => !lives(pid), { what: 'the command to end', timeoutMs: WITHIN_MS });
    machine.remove('working');
  };
  const plan = await createPlan(machine, { failureThreshold: 1 });
  const first = startAgent(machine);
  const left = await machine.working();
  await machine.endAgent(first, 'SIGKILL');
  // The shell that waits for the command, and not the command: the next agent ends it before it judges.
  process.kill(groupOf(machine), 'SIGKILL');
  const second = startAgent(machine);
  const { error } = await untilTask(plan.id, 'failed');
  expect(error).toBe(
    'interrupted: nobody saw how the command ended; hello is running on 1.2.0 (release 215)',
  );
  expect(lives(left)).toBe(false);
  expect(machine.runs()).toHaveLength(1);
  await untilStatus(plan.id, 'completed');
  machine.remove('working');

  const again = await createPlan(machine);
  await cutOff(second);
  machine.remove('hold');
  startAgent(machine, '--resume');
  await untilStatus(again.id, 'completed');
  const [, ...runs] = machine.runs();
  expect(runs).toHaveLength(2);
  expect(new Set(runs).size).toBe(1);
});

/** @returns the process group of the command that runs last, as the agent remembers it */
function groupOf(machine: Machine): number {
  const { tasks } = JSON.parse(machine.read('state/state.json')) as {
    tasks: Record<string, { command: { pid: number } | null }>;
  };
  return Object.values(tasks).at(-1)?.command?.pid ?? 0;
}

test.concurrent('a command that fails is told with its last words; a token may come late', async (context) => {
  const machine = await newMachine(context, 'press-4', checkInOnly.token);
  // Its token comes late.
  machine.write('token', 'of-nobody');
  const agent = startAgent(machine, '--register');
  await untilSaid(agent, '401 unauthenticated');
  machine.write('token', checkInOnly.token);
  const plan = await createPlan(machine, { toVersion: '9.9.9', toRelease: '1' });
  const { error } = await untilTask(plan.id, 'failed');
  expect(error).toMatch(/^the command ended with 2: unpacking hello 9\.9\.9 \| tar.*hello-9\.9\.9\.tar\.gz/);
  await untilSaid(agent, 'not registered: the token does not allow it');
});

test.concurrent('a cancel ends the command: by SIGTERM, and where it does not listen by SIGKILL', async (context) => {
  const machine = await newMachine(context, 'press-5');
  machine.write('hold', '');
  const agent = startAgent(machine, '--grace', '1s');
  const plan = await createPlan(machine);
  await machine.working();
  await client.cancelPlan(plan.id);
  const { lifecycleTaskUuid } = await untilTask(plan.id, 'cancelled');
  await untilSaid(agent, `${lifecycleTaskUuid} cancelled`);
  expect(machine.read('told')).toBe('told\n');

  machine.remove('working');
  machine.write('stubborn', '');
  const next = await createPlan(machine);
  const pid = await machine.working();
  await client.cancelPlan(next.id);
  const { lifecycleTaskUuid: uuid } = await untilTask(next.id, 'cancelled');
  await untilSaid(agent, `${uuid} cancelled`);
  expect(lives(pid)).toBe(false);
  expect(machine.installed()).toBe('1.2.0 215');
});

test.concurrent('a crash that the health command tells of fails the upgrade while it is watched', async (context) => {
  const machine = await newMachine(context, 'press-6');
  machine.write('health', 'running\n');
  startAgent(machine, '--heartbeat', '1s', '--health-exec', `cat ${machine.folder}/health`);
  const plan = await createPlan(machine, { observeDuration: '10m' });
  await untilTask(plan.id, 'completed');
  machine.write('health', 'crashed\n');
  expect(await untilTask(plan.id, 'failed')).toMatchObject({
    runtimeStatus: 'crashed',
    actualVersion: '1.3.0',
  });
});

test.concurrent('two agents do not share a state, nor does one take that of another', async (context) => {
  const machine = await newMachine(context, 'press-7');
  const first = startAgent(machine);
  await untilSaid(first, 'ready');
  const second = startAgent(machine);
  expect(await second.ended).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('Another agent runs'),
  });
  await waitFor(() => machine.has('state/state.json'), { what: 'the state', timeoutMs: WITHIN_MS });
  const long = startAgent(machine, '--state', `${machine.folder}/${'long/'.repeat(20)}`);
  expect(await long.ended).toMatchObject({ code: 2, stderr: expect.stringContaining('103 bytes') });
  await machine.endAgent(first, 'SIGINT');
  const clone = startAgent(machine, '--agent-id', 'press-8');
  expect(await clone.ended).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('of the agent press-7'),
  });
});
