// What follows from an ended plan: its failed agents again, its upgraded agents back, or nothing of it.
import { type Client, createClient, isProblem, ProblemError } from '@gradus/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { registerFleet, UPGRADE } from '../support/fleet.js';
import { type Gradus, startGradus } from '../support/gradus.js';
import type { IndependentLcas } from '../support/independentLca.js';
import { waitFor } from '../support/waitFor.js';

let gradus: Gradus;
let client: Client;
let lcas: IndependentLcas;
let sourceId: string;
const failing = new Set(['a003', 'a007']);

async function ended(id: string) {
  return waitFor(
    async () => {
      const summary = await client.getPlanSummary(id);
      return summary.completedAt !== null && summary;
    },
    { what: `${id} to end`, timeoutMs: 20_000 },
  );
}

async function refusal(call: Promise<unknown>): Promise<ProblemError> {
  const fault = await call.then(
    () => null,
    (error: unknown) => error,
  );
  if (!(fault instanceof ProblemError)) throw new TypeError(`expected a problem, not ${String(fault)}`);
  return fault;
}

beforeAll(async () => {
  gradus = await startGradus();
  client = createClient({ baseUrl: gradus.url, token: gradus.token });
  const fleet = await registerFleet(client, 10, {
    url: gradus.url,
    token: gradus.token,
    upgradeMs: 5,
    behave: ({ agentId }) => (failing.has(agentId) ? 'fail' : 'complete'),
  });
  lcas = fleet.lcas;
  lcas.start();
  const plan = await client.createPlan({
    ...UPGRADE,
    agentIds: fleet.agentIds,
    batchSize: 4,
    failureThreshold: 1,
  });
  sourceId = plan.id;
  await ended(sourceId);
});
afterAll(async () => {
  await lcas.stop();
  await gradus.stop();
});

it('has a plan of the agents that failed, and of those alone', async () => {
  failing.clear();
  const retry = await client.retryPlan(sourceId);
  expect(retry).toMatchObject({
    name: `Retry of ${UPGRADE.name}`,
    sourcePlanUuid: sourceId.slice('plan-'.length),
    fromVersion: '1.2.0',
    toVersion: '1.3.0',
    toRelease: '221',
  });
  expect(retry.batches.map(({ agentIds }) => agentIds)).toEqual([['a003', 'a007']]);
  expect((await ended(retry.id)).counts).toMatchObject({ agents: 2, completed: 2 });

  const again = await refusal(client.retryPlan(retry.id));
  expect([again.status, again.code]).toEqual([409, 'illegal-transition']);
});

it('has a plan that takes every agent that runs its target back, the last batch first', async () => {
  const rollback = await client.rollbackPlan(sourceId);
  expect(rollback).toMatchObject({
    sourcePlanUuid: sourceId.slice('plan-'.length),
    fromVersion: '1.3.0',
    toVersion: '1.2.0',
    toRelease: '215',
  });
  expect(rollback.batches.map(({ agentIds }) => agentIds)).toEqual([
    ['a008', 'a009'],
    ['a004', 'a005', 'a006', 'a007'],
    ['a000', 'a001', 'a002', 'a003'],
  ]);
  expect((await ended(rollback.id)).counts).toMatchObject({ agents: 10, completed: 10 });
  const whole = await client.getPlan(rollback.id);
  for (const task of whole.batches.flatMap(({ tasks }) => tasks)) {
    expect(task).toMatchObject({ actualVersion: '1.2.0', actualRelease: '215', previousVersion: '1.3.0' });
  }
});

it('is nothing once it is deleted, and its agents are free', async () => {
  await client.deletePlan(sourceId);
  expect((await refusal(client.getPlan(sourceId))).code).toBe('not-found');
  expect((await refusal(client.deletePlan(sourceId))).code).toBe('not-found');
  const ids: string[] = [];
  for await (const { id } of client.listPlans()) ids.push(id);
  expect(ids).toHaveLength(2);
  expect(ids).not.toContain(sourceId);
});

it('does not follow from a plan that has not ended', async () => {
  const plan = await client.createPlan({ ...UPGRADE, agentIds: ['a000'], autoStart: false });
  for (const operation of ['retryPlan', 'rollbackPlan', 'deletePlan'] as const) {
    const refused = await refusal(client[operation](plan.id));
    if (!isProblem(refused, 'illegal-transition')) return expect.unreachable(refused.message);
    expect([refused.status, refused.problem.currentStatus]).toEqual([409, 'pending']);
  }
  await client.cancelPlan(plan.id);
});

it('resumes after an emergency stop just what the stop had paused', async () => {
  await lcas.stop();
  const make = (agentId: string) => client.createPlan({ ...UPGRADE, agentIds: [agentId] });
  const plans = await Promise.all(['a000', 'a001', 'a002'].map(make));
  const [first] = plans;
  for (const { id } of plans) {
    await waitFor(async () => (await client.getPlanSummary(id)).status === 'running', {
      what: `${id} to run`,
    });
  }
  await client.pausePlan(first?.id ?? '', { reason: 'by hand' });
  const statuses = () => Promise.all(plans.map(async ({ id }) => (await client.getPlanSummary(id)).status));
  expect(await client.pauseAllPlans()).toEqual({ plans: 2 });
  expect(await statuses()).toEqual(['paused', 'paused', 'paused']);
  expect(await client.pauseAllPlans()).toEqual({ plans: 0 });
  expect(await client.resumeAllPlans()).toEqual({ plans: 2 });
  expect(await statuses()).toEqual(['paused', 'running', 'running']);
  await client.resumePlan(first?.id ?? '');
  lcas.start();
  for (const { id } of plans) expect((await ended(id)).status).toBe('completed');
});
