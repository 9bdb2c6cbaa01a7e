// A plan that a newer version made: what an older api answers of it, and what it and its worker leave alone.
import { type Client, createClient } from '@gradus/client';
import { type Connection, connect } from '@gradus/redis';
import { afterEach, beforeEach, expect, inject, it } from 'vitest';
import { ON_FROM, registerAgents } from '../support/agents.js';
import { UPGRADE } from '../support/fleet.js';
import { type Gradus, startGradus } from '../support/gradus.js';
import { createHandLca, ON_TARGET, reportOn } from '../support/handLca.js';
import { type Ask, BASE, createAsk } from '../support/http.js';
import { findKeys } from '../support/namespace.js';
import { expectProblem } from '../support/problems.js';
import { waitFor } from '../support/waitFor.js';

const PLANS = `${BASE}/upgrade-plans`;

let gradus: Gradus;
let client: Client;
let ask: Ask;
let redis: Connection;

beforeEach(() => {
  redis = connect(inject('redisUrl'), 'patient', () => undefined);
});
afterEach(async () => {
  await gradus.stop();
  await redis.quit();
});

async function start(options: Parameters<typeof startGradus>[0] = {}): Promise<void> {
  gradus = await startGradus(options);
  client = createClient({ baseUrl: gradus.url, token: gradus.token });
  ask = createAsk(gradus);
}

const headerOf = (planId: string) => `${gradus.namespace}:{${planId}}:plan`;

/** As if a newer version had made it. */
async function makeNewer(planId: string): Promise<void> {
  await redis.hset(headerOf(planId), 'schema', '2');
}

async function everythingOf(planId: string): Promise<unknown[]> {
  const keys = await findKeys(redis, `${gradus.namespace}:{${planId}}:*`);
  return Promise.all(keys.sort().map(async (key) => [key, await redis.dump(key)]));
}

it('is answered 503 to every request that is about it, and none of them changes it', async () => {
  await start({ workers: 0 });
  const agentIds = await registerAgents(client, 'n', 3);
  const headers = { 'Idempotency-Key': 'once' };
  const created = await ask('POST', PLANS, { json: { ...UPGRADE, agentIds }, headers });
  const { id } = created.json as { id: string };
  await makeNewer(id);
  const before = await everythingOf(id);
  const requests: [method: string, path: string, asking?: Parameters<Ask>[2]][] = [
    ['GET', `${PLANS}/${id}`],
    ['GET', `${PLANS}/${id}?view=summary`],
    ['GET', `${PLANS}/${id}/batches/0`],
    ['GET', `${PLANS}/${id}/batches/0/tasks`],
    ['GET', `${PLANS}/${id}/events`],
    ['GET', `${PLANS}/${id}/events`, { headers: { accept: 'text/event-stream' } }],
    ['POST', `${PLANS}/${id}/start`],
    ['POST', `${PLANS}/${id}/pause`],
    ['POST', `${PLANS}/${id}/resume`, { json: { failureThreshold: 0.5, retryFailed: true } }],
    ['POST', `${PLANS}/${id}/promote`],
    ['POST', `${PLANS}/${id}/cancel`],
    ['POST', `${PLANS}/${id}/retry`],
    ['POST', `${PLANS}/${id}/rollback`],
    ['DELETE', `${PLANS}/${id}`],
    ['POST', PLANS, { json: { ...UPGRADE, agentIds }, headers }],
  ];
  for (const [method, path, asking] of requests) {
    const answer = await ask(method, path, asking);
    expectProblem(answer, 503, 'newer-version');
    expect(answer.headers.get('retry-after')).toBe('1');
    expect(answer.json).toMatchObject({ detail: expect.stringContaining(id) });
  }
  expect(await everythingOf(id)).toEqual(before);
});

it('is left out of a listing, which says so', async () => {
  await start({ workers: 0 });
  const [first = '', second = ''] = await registerAgents(client, 'n', 2);
  const known = await client.createPlan({ ...UPGRADE, agentIds: [first] });
  const newer = await client.createPlan({ ...UPGRADE, agentIds: [second] });
  await makeNewer(newer.id);
  const listed = async (query: string) => {
    const { status, headers, json } = await ask('GET', `${PLANS}${query}`);
    const { items } = json as { items: { id: string }[] };
    return [status, headers.get('x-newer-plans'), items.map(({ id }) => id)];
  };
  expect(await listed('')).toEqual([200, '1', [known.id]]);
  expect(await listed('?status=pending&limit=1')).toEqual([200, '1', [known.id]]);
  expect(await listed(`?agentId=${second}`)).toEqual([200, '1', []]);
  expect(await listed(`?agentId=${first}`)).toEqual([200, null, [known.id]]);
  expect(await listed('?status=running')).toEqual([200, null, []]);
});

it('keeps its agents until it has ended', async () => {
  await start({ workers: 0 });
  const [agentId = ''] = await registerAgents(client, 'n', 1);
  const { id } = await client.createPlan({ ...UPGRADE, agentIds: [agentId] });
  await makeNewer(id);
  const conflicts = { conflicts: [{ agentId, planId: id }], conflictCount: 1 };
  const create = (query = '') =>
    ask('POST', `${PLANS}${query}`, { json: { ...UPGRADE, agentIds: [agentId] } });
  expectProblem(await create(), 409, 'agents-busy', conflicts);
  expectProblem(await create('?dryRun=true'), 409, 'agents-busy', conflicts);
  expectProblem(await ask('DELETE', `${BASE}/agents/${agentId}`), 409, 'agents-busy', conflicts);
  // One that never came to be is for a newer version to clear away, also where its maker is long gone.
  await redis.hset(headerOf(id), 'status', 'creating', 'leaseUntil', '1');
  expectProblem(await create(), 409, 'agents-busy', conflicts);
  expectProblem(await create('?dryRun=true'), 409, 'agents-busy', conflicts);
  await redis.hset(headerOf(id), 'status', 'completed');
  expect((await create('?dryRun=true')).status).toBe(200);
  expect((await create()).status).toBe(200);
});

it('is not passed over by the emergency stop in silence', async () => {
  await start();
  const [first = '', second = ''] = await registerAgents(client, 'n', 2);
  const newer = await client.createPlan({ ...UPGRADE, agentIds: [first], autoStart: false });
  const known = await client.createPlan({ ...UPGRADE, agentIds: [second] });
  await waitFor(async () => (await client.getPlanSummary(known.id)).status === 'running', {
    what: 'the start',
  });
  await makeNewer(newer.id);
  expectProblem(await ask('POST', `${PLANS}:pause-all`), 503, 'newer-version');
  expect((await client.getPlanSummary(known.id)).status).toBe('paused');
  expectProblem(await ask('POST', `${PLANS}:resume-all`), 503, 'newer-version');
  expect((await client.getPlanSummary(known.id)).status).toBe('running');
  await redis.hset(headerOf(newer.id), 'status', 'cancelled');
  expect((await ask('POST', `${PLANS}:pause-all`)).json).toEqual({ plans: 1 });
});

it('that has ended waits for no report, and is not deleted when its time is over', async () => {
  await start({ env: { GRADUS_PLAN_RETENTION: '10s' } });
  const [first = '', second = ''] = await registerAgents(client, 'n', 2);
  const lca = createHandLca(client, 'lca-n');
  const newer = await client.createPlan({ ...UPGRADE, agentIds: [first] });
  await lca.checkIn([reportOn(await lca.takeTask(), 'completed', ON_TARGET)]);
  const hasEnded = async () => (await redis.hget(headerOf(newer.id), 'status')) === 'completed';
  await waitFor(hasEnded, { what: 'the first plan to end' });
  await makeNewer(newer.id);
  // The first that a look for plans to be deleted comes upon.
  await redis.zadd(`${gradus.namespace}:{index}:ended-plans`, 1, newer.id);
  const before = await everythingOf(newer.id);
  const known = await client.createPlan({ ...UPGRADE, agentIds: [second] });
  await lca.checkIn([reportOn(await lca.takeTask(), 'completed', ON_TARGET)]);
  await lca.checkIn([{ agentId: first, components: [{ componentName: 'zmetis', ...ON_FROM }] }]);
  await waitFor(async () => (await ask('GET', `${PLANS}/${known.id}`)).status === 404, {
    what: 'the plan that is known to be deleted',
    timeoutMs: 60_000,
  });
  expect((await client.getAgent(first)).components[0]).toMatchObject(ON_FROM);
  expect(await findKeys(redis, `{${gradus.namespace}}:reports:[0-9]*`)).toEqual([]);
  expect(await everythingOf(newer.id)).toEqual(before);
}, 120_000);
