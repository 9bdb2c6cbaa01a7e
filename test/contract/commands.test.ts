// The commands on a plan: start, promote and cancel, and when a plan starts by itself. Side by side: they wait a lot.
import { type Client, createClient } from '@gradus/client';
import { type Connection, connect } from '@gradus/redis';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createKeys } from '../../packages/store/src/keys.js';
import { registerAgents } from '../support/agents.js';
import { TO, UPGRADE } from '../support/fleet.js';
import { type Gradus, startGradus } from '../support/gradus.js';
import { createHandLca, ON_TARGET, reportOn } from '../support/handLca.js';
import { BASE, createAsk } from '../support/http.js';
import { waitFor } from '../support/waitFor.js';

let gradus: Gradus;
let client: Client;
let connection: Connection;

beforeAll(async () => {
  gradus = await startGradus();
  client = createClient({ baseUrl: gradus.url, token: gradus.token });
  connection = connect(inject('redisUrl'), 'patient', (fault) => expect.fail(String(fault)));
});
afterAll(async () => {
  await connection.quit();
  await gradus.stop();
});

const untilStatus = (id: string, status: string, timeoutMs = 10_000) =>
  waitFor(
    async () => {
      const summary = await client.getPlanSummary(id);
      return summary.status === status && summary;
    },
    { what: `the plan to be ${status}`, timeoutMs },
  );

const untilBatch = (id: string, batchIndex: number, status: string) =>
  waitFor(
    async () => {
      const summary = await client.getPlanSummary(id);
      return summary.batches[batchIndex]?.status === status && summary;
    },
    { what: `batch ${batchIndex} to be ${status}` },
  );

describe.concurrent('the start of a plan', () => {
  it('waits for StartGraduatedPlan where autoStart is false, and repeated changes nothing', async () => {
    const agentIds = await registerAgents(client, 'start', 2);
    const { id } = await client.createPlan({ ...UPGRADE, agentIds, batchSize: 1, autoStart: false });
    const lca = createHandLca(client, 'lca-start');
    expect((await lca.checkIn([], 1)).tasks).toEqual([]);
    expect(await client.getPlanSummary(id)).toMatchObject({
      status: 'pending',
      startedAt: null,
      waitingFor: { reason: 'operator' },
    });

    const started = await client.startPlan(id);
    expect(started).toMatchObject({ id, status: 'running', currentBatch: 0, pausedAt: null });
    expect(Date.parse(started.startedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(started.createdAt));
    await lca.takeTask();
    const { revision } = await client.getPlanSummary(id);
    expect(await client.startPlan(id)).toMatchObject({ status: 'running', revision });
  });

  it('comes at startAt, and not before', async () => {
    const agentIds = await registerAgents(client, 'later', 1);
    const startAt = new Date(Date.now() + 2_500).toISOString();
    const created = await client.createPlan({ ...UPGRADE, agentIds, startAt });
    expect(created).toMatchObject({ status: 'pending', startAt, startedAt: null });
    expect(created.waitingFor).toMatchObject({ reason: 'start-at', until: startAt });
    await createHandLca(client, 'lca-later').takeTask();
    const { status, startedAt, batches } = await client.getPlan(created.id);
    expect(status).toBe('running');
    for (const at of [startedAt, batches[0]?.tasks[0]?.dispatchedAt]) {
      const lateMs = Date.parse(at ?? '') - Date.parse(startAt);
      expect(lateMs).toBeGreaterThanOrEqual(0);
      expect(lateMs).toBeLessThan(5_000);
    }
  });

  it('comes at once where startAt has passed, or where StartGraduatedPlan comes before it', async () => {
    const [past = '', future = ''] = await registerAgents(client, 'timed', 2);
    const passed = await client.createPlan({
      ...UPGRADE,
      agentIds: [past],
      startAt: '2020-01-15T08:00:00Z',
    });
    await untilStatus(passed.id, 'running');
    const startAt = new Date(Date.now() + 3_600_000).toISOString();
    const waiting = await client.createPlan({ ...UPGRADE, agentIds: [future], startAt });
    expect(await client.startPlan(waiting.id)).toMatchObject({ status: 'running' });
    await createHandLca(client, 'lca-timed').takeTasks(2);
  });
});

describe.concurrent('the manual gate', () => {
  it('holds each batch but the last in observing until it is promoted', async () => {
    const agentIds = await registerAgents(client, 'gate', 2);
    const { id } = await client.createPlan({ ...UPGRADE, agentIds, batchSize: 1, gate: 'manual' });
    const lca = createHandLca(client, 'lca-gate');
    await lca.checkIn([reportOn(await lca.takeTask(), 'completed', ON_TARGET)]);
    await untilBatch(id, 0, 'observing');
    // Longer than a look at the batch.
    expect((await lca.checkIn([], 6)).tasks).toEqual([]);
    const waiting = await client.getPlanSummary(id);
    expect(waiting).toMatchObject({ status: 'running', currentBatch: 0, waitingFor: { reason: 'gate' } });
    expect(waiting.batches.map(({ status }) => status)).toEqual(['observing', 'pending']);

    await client.promotePlan(id);
    const second = await lca.takeTask();
    expect(second.agentId).toBe(agentIds[1]);
    const moved = await client.getPlanSummary(id);
    expect(moved).toMatchObject({ status: 'running', currentBatch: 1 });
    expect(moved.batches[0]).toMatchObject({ status: 'completed', completedAt: expect.any(String) });

    const { json } = await createAsk(gradus)('GET', `${BASE}/upgrade-plans/${id}/events`);
    const { items } = json as { items: { type: string }[] };
    expect(items.find(({ type }) => type === 'batch.promoted')).toMatchObject({
      batchIndex: 0,
      actor: 'admin',
      detail: '1 of 1 completed, 0 failed, 0 allowed, 0 forgiven, 0 skipped',
    });

    const again = await client.promotePlan(id, { batchIndex: 0 });
    expect(again.revision).toBe(moved.revision);
    expect(again.batches).toEqual(moved.batches);
    await lca.checkIn([reportOn(second, 'completed', ON_TARGET)]);
    await untilStatus(id, 'completed');
  });

  it('is ended together with the observe window', async () => {
    const agentIds = await registerAgents(client, 'window', 2);
    const { id } = await client.createPlan({
      ...UPGRADE,
      agentIds,
      batchSize: 1,
      gate: 'manual',
      observeDuration: '1h',
    });
    const lca = createHandLca(client, 'lca-window');
    await lca.checkIn([reportOn(await lca.takeTask(), 'completed', ON_TARGET)]);
    const { batches } = await untilBatch(id, 0, 'observing');
    const restMs = Date.parse(batches[0]?.observingUntil ?? '') - Date.now();
    expect(restMs).toBeGreaterThan(3_500_000);
    expect(restMs).toBeLessThanOrEqual(3_600_000);
    await client.promotePlan(id, { batchIndex: 0 });
    expect((await lca.takeTask()).agentId).toBe(agentIds[1]);
  });
});

describe.concurrent('a batch of skipped agents', () => {
  it('closes at once, without window and gate', async () => {
    const on = { actualVersion: TO.version, actualRelease: TO.release };
    const done = await registerAgents(client, 'done', 2, on);
    const todo = await registerAgents(client, 'todo', 1);
    const { id, counts } = await client.createPlan({
      ...UPGRADE,
      agentIds: [...done, ...todo],
      batchSize: 2,
      gate: 'manual',
      observeDuration: '1h',
    });
    expect(counts).toMatchObject({ skipped: 2, pending: 1 });
    const task = await createHandLca(client, 'lca-todo').takeTask();
    expect(task.agentId).toBe(todo[0]);
    const { batches } = await client.getPlanSummary(id);
    expect(batches[0]).toMatchObject({ status: 'completed', counts: { skipped: 2, completed: 0 } });
  });

  it('completes a plan that has nothing else', async () => {
    const on = { actualVersion: TO.version, actualRelease: TO.release };
    const agentIds = await registerAgents(client, 'nothing', 3, on);
    const { id } = await client.createPlan({ ...UPGRADE, agentIds, batchSize: 1, observeDuration: '1h' });
    const ended = await untilStatus(id, 'completed');
    expect(ended.counts).toMatchObject({ skipped: 3, completed: 0 });
  });
});

describe.concurrent('CancelGraduatedPlan', () => {
  it('cancels what is unfinished, tells the LCA, frees the agents, and later takes facts alone', async () => {
    const agentIds = await registerAgents(client, 'cancel', 4);
    const { id } = await client.createPlan({ ...UPGRADE, agentIds, batchSize: 3, concurrency: 2 });
    const lca = createHandLca(client, 'lca-cancel');
    const [first, second] = await lca.takeTasks(2);
    if (first === undefined || second === undefined) return expect.unreachable();
    await lca.checkIn([reportOn(first, 'completed', ON_TARGET)]);
    await lca.takeTask();

    const cancelled = await client.cancelPlan(id, { reason: 'wrong release' });
    expect(cancelled).toMatchObject({
      status: 'cancelled',
      completedAt: expect.any(String),
      counts: { agents: 4, completed: 1, cancelled: 3, pending: 0, running: 0 },
    });
    expect(cancelled.batches.map(({ status }) => status)).toEqual(['cancelled', 'cancelled']);
    const shown = async () => (await client.getPlan(id)).batches.flatMap(({ tasks }) => tasks);
    for (const task of await shown()) {
      expect(task.status).toBe(task.agentId === first.agentId ? 'completed' : 'cancelled');
    }
    expect(await client.cancelPlan(id)).toEqual(cancelled);

    // Free at once, before the LCA has heard of it.
    const next = await client.createPlan({ ...UPGRADE, agentIds: agentIds.slice(2), autoStart: false });
    expect(next.counts.pending).toBe(2);

    await lca.untilCancelled(second.lifecycleTaskUuid);
    await lca.checkIn([reportOn(second, 'completed', ON_TARGET)]);
    const late = await waitFor(
      async () =>
        (await shown()).find((task) => task.agentId === second.agentId && task.actualVersion !== '1.2.0'),
      { what: 'the late facts to be shown' },
    );
    expect(late).toMatchObject({ status: 'cancelled', actualVersion: TO.version, actualRelease: TO.release });
    expect((await client.getAgent(second.agentId)).components[0]).toMatchObject(ON_TARGET);
    expect(await client.getPlanSummary(id)).toEqual(cancelled);
  });

  it('withdraws what its LCA has not taken yet, and says nothing of it', async () => {
    const agentIds = await registerAgents(client, 'untaken', 1);
    const { id } = await client.createPlan({ ...UPGRADE, agentIds });
    await waitFor(async () => (await client.getBatch(id, 0)).tasks[0]?.status === 'dispatched', {
      what: 'the task to be in the mailbox',
    });
    await client.cancelPlan(id);
    const withdrawals = createKeys(gradus.namespace).plan(id, 'withdrawals');
    await waitFor(async () => (await connection.exists(withdrawals)) === 0, { what: 'the withdrawal' });
    const next = await client.createPlan({ ...UPGRADE, agentIds });
    await waitFor(async () => (await client.getBatch(next.id, 0)).tasks[0]?.status === 'dispatched', {
      what: 'the next task to be in the mailbox',
    });
    const lca = createHandLca(client, 'lca-untaken');
    const tasks = await lca.takeTasks(1);
    const shown = (await client.getBatch(next.id, 0)).tasks;
    const uuids = (of: { lifecycleTaskUuid: string }[]) =>
      of.map(({ lifecycleTaskUuid }) => lifecycleTaskUuid);
    expect(uuids(tasks)).toEqual(uuids(shown));
    expect(await lca.checkIn([], 1)).toMatchObject({ tasks: [], cancel: [] });
  });

  it('ends a plan that has not started', async () => {
    const agentIds = await registerAgents(client, 'unstarted', 1);
    const startAt = new Date(Date.now() + 1_500).toISOString();
    const { id } = await client.createPlan({ ...UPGRADE, agentIds, startAt });
    const cancelled = await client.cancelPlan(id);
    expect(cancelled).toMatchObject({ status: 'cancelled', startedAt: null, currentBatch: 0 });
    expect((await createHandLca(client, 'lca-unstarted').checkIn([], 3)).tasks).toEqual([]);
    expect(await client.getPlanSummary(id)).toEqual(cancelled);
  });
});
