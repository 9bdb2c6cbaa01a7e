// Reports and commands that once led astray: each of these broke a promise before it was mended.
import { type Client, createClient } from '@gradus/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { registerAgents } from '../support/agents.js';
import { TO, UPGRADE } from '../support/fleet.js';
import { type Gradus, startGradus } from '../support/gradus.js';
import { createHandLca, ON_TARGET, reportOn } from '../support/handLca.js';
import { waitFor } from '../support/waitFor.js';

let gradus: Gradus;
let client: Client;

beforeAll(async () => {
  gradus = await startGradus({ env: { GRADUS_RETRY_BACKOFF: '1s' } });
  client = createClient({ baseUrl: gradus.url, token: gradus.token });
});
afterAll(() => gradus.stop());

async function untilTask(planId: string, index: number, status: string) {
  return waitFor(
    async () => {
      const task = (await client.getBatch(planId, 0)).tasks[index];
      return task?.status === status && task;
    },
    { what: `task ${index} to be ${status}`, timeoutMs: 20_000 },
  );
}

it('text with half an emoji keeps no other outcome back', async () => {
  const agentIds = await registerAgents(client, 'emoji', 2);
  const { id } = await client.createPlan({ ...UPGRADE, agentIds, failureThreshold: 1 });
  const lca = createHandLca(client, 'lca-emoji');
  const [first, second] = await lca.takeTasks(2);
  if (first === undefined || second === undefined) throw new TypeError('two tasks were to come');
  const { agentId, lifecycleTaskUuid } = first;
  const error = `${'x'.repeat(999)}\u{1F525}`;
  await lca.checkIn([
    { agentId, tasks: [{ lifecycleTaskUuid, status: 'failed', error }] },
    reportOn(second, 'completed', ON_TARGET),
  ]);
  const failed = await untilTask(id, agentIds.indexOf(agentId), 'failed');
  expect(failed.error).toBe(`${'x'.repeat(999)}\uFFFD`);
  await untilTask(id, agentIds.indexOf(second.agentId), 'completed');
});

it('a bad state reported by itself fails the attempt, and the next one gets a uuid of its own', async () => {
  const agentIds = await registerAgents(client, 'bad-state', 1);
  const { id } = await client.createPlan({ ...UPGRADE, agentIds, maxAttempts: 2 });
  const lca = createHandLca(client, 'lca-bad-state');
  const first = await lca.takeTask();
  await lca.checkIn([reportOn(first, 'completed')]);
  await untilTask(id, 0, 'running');
  const { agentId, componentInstanceUuid } = first;
  await lca.checkIn([{ agentId, components: [{ componentInstanceUuid, runtimeStatus: 'crashed' }] }]);
  const second = await lca.takeTask();
  expect(second.attempt).toBe(2);
  expect(second.lifecycleTaskUuid).not.toBe(first.lifecycleTaskUuid);
  await lca.checkIn([reportOn(second, 'completed', ON_TARGET)]);
  await untilTask(id, 0, 'completed');
});

it('a state from before the upgrade does not make a proven upgrade fail', async () => {
  const agentIds = await registerAgents(client, 'was-stopped', 1, { runtimeStatus: 'stopped' });
  const { id } = await client.createPlan({ ...UPGRADE, agentIds });
  const lca = createHandLca(client, 'lca-was-stopped');
  const task = await lca.takeTask();
  await lca.checkIn([reportOn(task, 'completed', { actualVersion: TO.version, actualRelease: TO.release })]);
  await untilTask(id, 0, 'completed');
});

it('attributes can be changed while a plan holds the agent, also after it was heard of', async () => {
  const [agentId = ''] = await registerAgents(client, 'attributes', 1);
  await client.createPlan({ ...UPGRADE, agentIds: [agentId] });
  const lca = createHandLca(client, 'lca-attributes');
  await lca.checkIn([reportOn(await lca.takeTask(), 'running', { runtimeStatus: 'running' })]);
  await waitFor(async () => (await client.getAgent(agentId)).lastSeenAt !== null, { what: 'the report' });
  const { components } = await client.getAgent(agentId);
  await client.putAgent(agentId, { components, attributes: { site: 'north' } });
  expect((await client.getAgent(agentId)).attributes).toEqual({ site: 'north' });
});

it('a lower threshold given with the resume is judged at once', async () => {
  const agentIds = await registerAgents(client, 'lower', 6);
  const { id } = await client.createPlan({ ...UPGRADE, agentIds, concurrency: 1, failureThreshold: 0.5 });
  const lca = createHandLca(client, 'lca-lower');
  await lca.checkIn([reportOn(await lca.takeTask(), 'failed')]);
  const next = await lca.takeTask();
  await client.pausePlan(id);
  await lca.checkIn([reportOn(next, 'completed', ON_TARGET)]);
  await untilTask(id, agentIds.indexOf(next.agentId), 'completed');
  const resumed = await client.resumePlan(id, { failureThreshold: 0 });
  expect(resumed.status).toBe('paused');
  expect(resumed.pauseReason).toMatch(/^Failure threshold exceeded: 1 of 6 failed, 0 allowed/);
  expect(resumed.counts).toMatchObject({ pending: 4, running: 0 });
});

it('retried agents are observed anew, though the batch had been promoted', async () => {
  const agentIds = await registerAgents(client, 'promoted', 2);
  const { id } = await client.createPlan({
    ...UPGRADE,
    agentIds,
    failureThreshold: 0.5,
    observeDuration: '1h',
  });
  const lca = createHandLca(client, 'lca-promoted');
  for (const [index, task] of (await lca.takeTasks(2)).entries()) {
    await lca.checkIn([index === 0 ? reportOn(task, 'failed') : reportOn(task, 'completed', ON_TARGET)]);
  }
  await waitFor(async () => (await client.getPlanSummary(id)).batches[0]?.status === 'observing', {
    what: 'the batch to be observed',
  });
  await client.pausePlan(id);
  await client.promotePlan(id);
  await client.resumePlan(id, { retryFailed: true });
  await lca.checkIn([reportOn(await lca.takeTask(), 'completed', ON_TARGET)]);
  const observed = await waitFor(
    async () => {
      const [batch] = (await client.getPlanSummary(id)).batches;
      return batch?.status !== 'running' && batch;
    },
    { what: 'the retried batch to have ended its agents' },
  );
  expect(observed).toMatchObject({ status: 'observing', failedCount: 0, counts: { completed: 2 } });
});
