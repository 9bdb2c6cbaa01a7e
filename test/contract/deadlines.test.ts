// Deadlines and attempts. They take their time, so all of them run side by side.
import { type Client, createClient } from '@gradus/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { registerAgents } from '../support/agents.js';
import { TO, UPGRADE } from '../support/fleet.js';
import { type Gradus, startGradus } from '../support/gradus.js';
import { createHandLca, ON_TARGET, reportOn } from '../support/handLca.js';
import { waitFor } from '../support/waitFor.js';

/** The timeout, the grace before a deadline is judged, a look at the batch, and room. */
const JUDGED_WITHIN_MS = 20_000;
const BACKOFF_MS = 10_000;

let gradus: Gradus;
let client: Client;

beforeAll(async () => {
  gradus = await startGradus();
  client = createClient({ baseUrl: gradus.url, token: gradus.token });
});
afterAll(() => gradus.stop());

const taskOf = async (id: string) => (await client.getBatch(id, 0)).tasks[0];

const untilFailed = (id: string) =>
  waitFor(
    async () => {
      const task = await taskOf(id);
      return task?.status === 'failed' && task;
    },
    { what: 'the deadline to be judged', timeoutMs: JUDGED_WITHIN_MS },
  );

it.concurrent('a task without an outcome fails by timeout, and its LCA is told to drop it', async () => {
  const agentIds = await registerAgents(client, 'silent', 1);
  const { id } = await client.createPlan({ ...UPGRADE, agentIds, taskTimeout: '1s' });
  const lca = createHandLca(client, 'lca-silent');
  const task = await lca.takeTask();
  await lca.checkIn([reportOn(task, 'running')]);
  const failed = await untilFailed(id);
  expect(failed.error).toBe('upgrade failed: timeout');
  const tookMs = Date.parse(failed.completedAt ?? '') - Date.parse(failed.dispatchedAt ?? '');
  expect(tookMs).toBeGreaterThanOrEqual(1_000);
  expect(await client.getPlanSummary(id)).toMatchObject({ status: 'paused', counts: { failed: 1 } });
  await lca.untilCancelled(task.lifecycleTaskUuid);
});

it.concurrent('a task that was said to be completed and is not confirmed fails, and says so', async () => {
  const agentIds = await registerAgents(client, 'unconfirmed', 1);
  const { id } = await client.createPlan({ ...UPGRADE, agentIds, taskTimeout: '1s' });
  const lca = createHandLca(client, 'lca-unconfirmed');
  await lca.checkIn([reportOn(await lca.takeTask(), 'completed')]);
  expect((await untilFailed(id)).error).toBe('upgrade failed: not confirmed');
});

it.concurrent('a task that is in time is not judged', async () => {
  const agentIds = await registerAgents(client, 'in-time', 2);
  const { id } = await client.createPlan({ ...UPGRADE, agentIds, taskTimeout: '1s', failureThreshold: 1 });
  const lca = createHandLca(client, 'lca-in-time');
  const [quick, slow] = await lca.takeTasks(2);
  if (quick === undefined || slow === undefined) return expect.unreachable();
  await lca.checkIn([reportOn(quick, 'completed', ON_TARGET)]);
  await waitFor(async () => (await client.getPlanSummary(id)).status === 'completed', {
    what: 'the plan to end',
    timeoutMs: JUDGED_WITHIN_MS,
  });
  const { tasks } = await client.getBatch(id, 0);
  const statusOf = (agentId: string) => tasks.find((task) => task.agentId === agentId)?.status;
  expect([statusOf(quick.agentId), statusOf(slow.agentId)]).toEqual(['completed', 'failed']);
});

it.concurrent('a failed attempt is tried again after its backoff, under a uuid of its own', async () => {
  const agentIds = await registerAgents(client, 'again', 1);
  const { id } = await client.createPlan({ ...UPGRADE, agentIds, maxAttempts: 2 });
  const lca = createHandLca(client, 'lca-again');
  const first = await lca.takeTask();
  const failedAt = performance.now();
  await lca.checkIn([reportOn(first, 'failed')]);
  const between = await waitFor(
    async () => {
      const task = await taskOf(id);
      return task?.attempt === 2 && task;
    },
    { what: 'the attempt to be counted' },
  );
  expect(between).toMatchObject({ status: 'pending', error: 'checksum mismatch', dispatchedAt: null });
  expect(between.lifecycleTaskUuid).not.toBe(first.lifecycleTaskUuid);
  const summary = await client.getPlanSummary(id);
  expect(summary).toMatchObject({ status: 'running', counts: { pending: 1, failed: 0 } });

  // A late word on the first attempt changes facts alone.
  await lca.checkIn([reportOn(first, 'completed', { runtimeStatus: 'degraded' })]);
  await waitFor(async () => (await taskOf(id))?.runtimeStatus === 'degraded', { what: 'the late facts' });
  expect((await taskOf(id))?.status).toBe('pending');

  const second = await lca.takeTask();
  const waitedMs = performance.now() - failedAt;
  expect(waitedMs).toBeGreaterThanOrEqual(BACKOFF_MS - 100);
  expect(waitedMs).toBeLessThan(BACKOFF_MS + 7_000);
  expect(second).toMatchObject({ attempt: 2, lifecycleTaskUuid: between.lifecycleTaskUuid });
  await lca.checkIn([reportOn(second, 'completed', ON_TARGET)]);
  const done = await waitFor(
    async () => {
      const task = await taskOf(id);
      return task?.status === 'completed' && task;
    },
    { what: 'the second attempt to complete' },
  );
  expect(done).toMatchObject({ attempt: 2, error: null, actualVersion: TO.version });
});

it.concurrent('a task has failed only after its last attempt', async () => {
  const agentIds = await registerAgents(client, 'last', 1);
  const { id } = await client.createPlan({ ...UPGRADE, agentIds, maxAttempts: 2, failureThreshold: 0 });
  const lca = createHandLca(client, 'lca-last');
  await lca.checkIn([reportOn(await lca.takeTask(), 'failed')]);
  await lca.checkIn([reportOn(await lca.takeTask(), 'failed')]);
  const paused = await waitFor(
    async () => {
      const summary = await client.getPlanSummary(id);
      return summary.status === 'paused' && summary;
    },
    { what: 'the plan to pause' },
  );
  expect(paused.batches[0]).toMatchObject({ failedCount: 1 });
  expect(await taskOf(id)).toMatchObject({ status: 'failed', attempt: 2, error: 'checksum mismatch' });
});
