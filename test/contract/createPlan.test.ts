// CreateGraduatedPlan: what it answers, field by field and in the documented order.
import { type Client, createClient } from '@gradus/client';
import type { Plan } from '@gradus/domain';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agentNames, ON_FROM, registerAgents } from '../support/agents.js';
import { TO, UPGRADE } from '../support/fleet.js';
import { type Gradus, startGradus } from '../support/gradus.js';
import { type Ask, BASE, createAsk } from '../support/http.js';

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const HEX = /^[0-9a-f]{32}$/;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

const DOCUMENTED_PLAN = [
  ...['id', 'name', 'fromVersion', 'toVersion', 'fromRelease', 'toRelease', 'batches', 'failureThreshold'],
  ...['concurrency', 'status', 'currentBatch', 'createdBy', 'createdAt', 'startedAt', 'pausedAt'],
  ...['pauseReason', 'completedAt', 'sourcePlanUuid', 'error', 'observeDuration'],
];
const MORE_OF_A_PLAN = [
  ...['revision', 'startAt', 'gate', 'taskTimeout', 'maxAttempts', 'onThreshold', 'waitingFor', 'counts'],
];
const DOCUMENTED_BATCH = ['batchIndex', 'agentIds', 'status', 'failedCount', 'tasks'];
const MORE_OF_A_BATCH = [
  ...['counts', 'allowedFailures', 'forgiven', 'unconfirmed', 'startedAt', 'observingUntil', 'completedAt'],
];
const DOCUMENTED_TASK = [
  ...['componentUuid', 'componentInstanceUuid', 'lifecycleTaskUuid', 'componentName', 'taskType', 'status'],
  ...['nodeUuid', 'lcaUuid', 'runtimeStatus', 'actualVersion', 'actualRelease'],
];
const MORE_OF_A_TASK = [
  ...['agentId', 'attempt', 'error', 'previousVersion', 'previousRelease', 'dispatchedAt', 'completedAt'],
];

let gradus: Gradus;
let client: Client;
let ask: Ask;

beforeAll(async () => {
  // Nothing drives the plans on: each is answered as it was made.
  gradus = await startGradus({ workers: 0 });
  client = createClient({ baseUrl: gradus.url, token: gradus.token });
  ask = createAsk(gradus);
});
afterAll(() => gradus.stop());

/** @returns the plan's agents batch by batch */
const agentsOf = (plan: Plan) => plan.batches.map(({ agentIds }) => agentIds);

/** Expects the documented fields in their order, and after them only the others. */
function expectFields(value: object, documented: string[], more: string[]): void {
  const names = Object.keys(value);
  expect(names.filter((name) => documented.includes(name))).toEqual(documented);
  expect(names.toSorted()).toEqual([...documented, ...more].toSorted());
}

describe('the documented request', () => {
  it('is answered with the whole plan, its documented fields in their order', async () => {
    await client.importAgents(
      ['item1', 'item2'].map((agentId) => ({
        agentId,
        components: [{ componentName: 'zmetis', ...ON_FROM }],
      })),
    );
    const answer = await ask('POST', `${BASE}/upgrade-plans`, {
      body: '{"name":"Upgrade agents to v1.3.0","fromVersion":"1.2.0","toVersion":"1.3.0","toRelease":"221","agentIds":"item1,item2","batchSize":10,"failureThreshold":0.1,"concurrency":5,"createdBy":"admin","observeDuration":"10s"}',
      headers: { 'content-type': 'application/json' },
    });
    expect(answer.status, answer.text).toBe(200);
    expect(answer.headers.get('content-type')).toBe('application/json');
    const plan = answer.json as Plan;

    expectFields(plan, DOCUMENTED_PLAN, MORE_OF_A_PLAN);
    expect(plan).toMatchObject({
      id: expect.stringMatching(new RegExp(`^plan-${UUID}$`)),
      name: 'Upgrade agents to v1.3.0',
      fromVersion: '1.2.0',
      toVersion: '1.3.0',
      fromRelease: '215',
      toRelease: '221',
      failureThreshold: 0.1,
      concurrency: 5,
      status: 'pending',
      currentBatch: 0,
      createdBy: 'admin',
      createdAt: expect.stringMatching(INSTANT),
      startedAt: null,
      pausedAt: null,
      pauseReason: null,
      completedAt: null,
      sourcePlanUuid: null,
      error: null,
      observeDuration: '10s',
      revision: expect.any(Number),
      startAt: null,
      gate: 'auto',
      taskTimeout: '30m',
      maxAttempts: 1,
      onThreshold: 'pause',
      counts: { agents: 2, pending: 2, running: 0, completed: 0, failed: 0, skipped: 0, cancelled: 0 },
    });

    const [batch, ...others] = plan.batches;
    expect(others).toEqual([]);
    expectFields(batch ?? {}, DOCUMENTED_BATCH, MORE_OF_A_BATCH);
    expect(batch).toMatchObject({
      batchIndex: 0,
      agentIds: ['item1', 'item2'],
      status: 'pending',
      failedCount: 0,
      counts: plan.counts,
      allowedFailures: 0,
      forgiven: 0,
      unconfirmed: 0,
      startedAt: null,
      observingUntil: null,
      completedAt: null,
    });

    const tasks = batch?.tasks ?? [];
    expect(tasks.map(({ agentId }) => agentId)).toEqual(['item1', 'item2']);
    for (const task of tasks) {
      expectFields(task, DOCUMENTED_TASK, MORE_OF_A_TASK);
      expect(task).toEqual({
        componentUuid: expect.stringMatching(HEX),
        componentInstanceUuid: expect.stringMatching(HEX),
        lifecycleTaskUuid: expect.stringMatching(new RegExp(`^task-${UUID}$`)),
        componentName: 'zmetis',
        taskType: 'update',
        status: 'pending',
        nodeUuid: expect.stringMatching(HEX),
        lcaUuid: expect.stringMatching(HEX),
        runtimeStatus: 'running',
        actualVersion: '1.2.0',
        actualRelease: '215',
        agentId: task.agentId,
        attempt: 1,
        error: null,
        previousVersion: '1.2.0',
        previousRelease: '215',
        dispatchedAt: null,
        completedAt: null,
      });
    }
    expect(new Set(tasks.map(({ lifecycleTaskUuid }) => lifecycleTaskUuid)).size).toBe(2);
    expect(await client.getPlan(plan.id)).toEqual(plan);
  });
});

describe('what is left out', () => {
  it('has its default', async () => {
    const agentIds = await registerAgents(client, 'default', 25);
    const plan = await client.createPlan({ ...UPGRADE, agentIds });
    expect(agentsOf(plan)).toEqual([agentIds.slice(0, 10), agentIds.slice(10, 20), agentIds.slice(20)]);
    expect(plan).toMatchObject({
      failureThreshold: 0.1,
      concurrency: 5,
      createdBy: 'admin',
      observeDuration: '0s',
      startAt: null,
      gate: 'auto',
      taskTimeout: '30m',
      maxAttempts: 1,
      onThreshold: 'pause',
    });
    expect(plan.batches.map(({ allowedFailures }) => allowedFailures)).toEqual([1, 1, 0]);
  });
});

describe('what is given', () => {
  it('is answered as it was given', async () => {
    const agentIds = await registerAgents(client, 'given', 3);
    const given = {
      failureThreshold: 0.34,
      concurrency: 2,
      createdBy: 'someone else',
      observeDuration: 'PT10M',
      gate: 'manual' as const,
      taskTimeout: '1h30m',
      maxAttempts: 3,
      onThreshold: 'pause' as const,
    };
    const startAt = '2100-01-15T08:00:00Z';
    const plan = await client.createPlan({ ...UPGRADE, agentIds, ...given, startAt });
    expect(plan).toMatchObject(given);
    expect(Date.parse(plan.startAt ?? '')).toBe(Date.parse(startAt));
    expect(plan.batches[0]?.allowedFailures).toBe(1);
  });

  it.each(['0s', '90s', '10m', '1h30m', '2d', 'PT10M', 'P1DT2H'])(
    'takes the duration %s',
    async (duration) => {
      const agentIds = await registerAgents(client, `duration-${duration}`, 1);
      const plan = await client.createPlan({ ...UPGRADE, agentIds, observeDuration: duration });
      expect(plan.observeDuration).toBe(duration);
    },
  );
});

describe('agentIds', () => {
  it('are a list or one comma-separated string; spaces and repeats are dropped, the first one wins', async () => {
    const [a = '', b = '', c = ''] = await registerAgents(client, 'list', 3);
    const listed = await client.createPlan({ ...UPGRADE, agentIds: [b, ` ${a}`, b, `${c}\t`, a] });
    expect(agentsOf(listed)).toEqual([[b, a, c]]);
    const [d = '', e = ''] = await registerAgents(client, 'string', 2);
    const joined = await client.createPlan({ ...UPGRADE, agentIds: ` ${e} ,${d}, ${e}` });
    expect(agentsOf(joined)).toEqual([[e, d]]);
  });

  it('may have every accepted character', async () => {
    const agentId = `${'A-Za-z0-9._:-'.repeat(9)}xyzxyzxyzxy`;
    expect(agentId).toHaveLength(128);
    await client.putAgent(agentId, { components: [{ componentName: 'zmetis', ...ON_FROM }] });
    expect(agentsOf(await client.createPlan({ ...UPGRADE, agentIds: [agentId] }))).toEqual([[agentId]]);
  });
});

describe('the batches', () => {
  const sizesOf = async (count: number, prefix: string, cut: object) => {
    const agentIds = await registerAgents(client, prefix, count);
    const plan = await client.createPlan({ ...UPGRADE, agentIds, ...cut });
    expect(agentsOf(plan).flat()).toEqual(agentIds);
    expect(plan.batches.map(({ batchIndex }) => batchIndex)).toEqual([...plan.batches.keys()]);
    return agentsOf(plan).map(({ length }) => length);
  };

  it('are of batchSize, the last one smaller', async () => {
    expect(await sizesOf(7, 'even', { batchSize: 3 })).toEqual([3, 3, 1]);
  });

  it('are one where batchSize is more than all', async () => {
    expect(await sizesOf(2, 'wide', { batchSize: 1_000 })).toEqual([2]);
  });

  it('are of batchSizes: numbers, digits and percents of all, rounded up; what is left is a last one', async () => {
    expect(await sizesOf(30, 'canary', { batchSizes: [1, '2', '5%', '33.3%'] })).toEqual([1, 2, 2, 10, 15]);
  });

  it('are cut to what remains', async () => {
    expect(await sizesOf(5, 'cut', { batchSizes: [3, 3, 3] })).toEqual([3, 2]);
    expect(await sizesOf(4, 'half', { batchSizes: ['50%', '100%'] })).toEqual([2, 2]);
  });
});

describe('the instances', () => {
  it('that run the target already are skipped, and count as skipped with their agent', async () => {
    const on = { runtimeStatus: 'running', actualVersion: TO.version, actualRelease: TO.release };
    await client.putAgent('there', { components: [{ componentName: 'zmetis', ...on }] });
    await client.putAgent('partly', {
      components: [
        { componentName: 'zmetis', ...on },
        { componentName: 'hermes', ...ON_FROM },
      ],
    });
    const plan = await client.createPlan({ ...UPGRADE, agentIds: ['there', 'partly'] });
    const tasks = plan.batches[0]?.tasks.map(({ agentId, componentName, status }) => [
      agentId,
      componentName,
      status,
    ]);
    expect(tasks).toEqual([
      ['there', 'zmetis', 'skipped'],
      ['partly', 'zmetis', 'skipped'],
      ['partly', 'hermes', 'pending'],
    ]);
    expect(plan.counts).toMatchObject({ agents: 2, skipped: 1, pending: 1 });
  });

  it('on the target version of another release are a task', async () => {
    const facts = { actualVersion: TO.version, actualRelease: '220' };
    const agentIds = await registerAgents(client, 'rebuilt', 1, facts);
    const plan = await client.createPlan({ ...UPGRADE, fromVersion: TO.version, agentIds });
    expect(plan).toMatchObject({ fromRelease: '220', counts: { pending: 1, skipped: 0 } });
  });

  it('make fromRelease, which is null where they differ', async () => {
    const [one = ''] = await registerAgents(client, 'release-a', 1);
    const [other = ''] = await registerAgents(client, 'release-b', 1, { actualRelease: '214' });
    const plan = await client.createPlan({ ...UPGRADE, agentIds: [one, other] });
    expect(plan.fromRelease).toBeNull();
    const releases = plan.batches[0]?.tasks.map(({ previousRelease }) => previousRelease);
    expect(releases).toEqual(['215', '214']);
  });
});

it('answers a plan of 10,000 agents whole', { timeout: 60_000 }, async () => {
  const agentIds = agentNames('fleet', 10_000);
  await client.importAgents(
    agentIds.map((agentId) => ({ agentId, components: [{ componentName: 'zmetis', ...ON_FROM }] })),
  );
  const created = await client.createPlan({ ...UPGRADE, agentIds, batchSizes: [1, '0.5%', 4_000] });
  expect(agentsOf(created).map(({ length }) => length)).toEqual([1, 50, 4_000, 5_949]);
  expect(agentsOf(created).flat()).toEqual(agentIds);
  const tasks = created.batches.flatMap((batch) => batch.tasks);
  expect(tasks.map(({ agentId }) => agentId)).toEqual(agentIds);
  expect(new Set(tasks.map(({ lifecycleTaskUuid }) => lifecycleTaskUuid)).size).toBe(10_000);
  expect(created.counts).toMatchObject({ agents: 10_000, pending: 10_000 });
  expect(await client.getPlan(created.id)).toEqual(created);
});
