// A create that is only tried: the plan as it would be, what it can come to, and nothing stored.
import { type Client, createClient } from '@gradus/client';
import type { Forecast, Plan, PlanSummary } from '@gradus/domain';
import { type Connection, connect } from '@gradus/redis';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { ON_FROM, registerAgents } from '../support/agents.js';
import { TO, UPGRADE } from '../support/fleet.js';
import { type Gradus, startGradus } from '../support/gradus.js';
import { type Answer, type Ask, BASE, createAsk } from '../support/http.js';
import { findKeys } from '../support/namespace.js';
import { expectFaults } from '../support/problems.js';

const PLANS = `${BASE}/upgrade-plans`;

let gradus: Gradus;
let client: Client;
let ask: Ask;
let connection: Connection;

beforeAll(async () => {
  // Nothing drives the plans on: each is answered as it was made.
  gradus = await startGradus({ workers: 0 });
  client = createClient({ baseUrl: gradus.url, token: gradus.token });
  ask = createAsk(gradus);
  connection = connect(inject('redisUrl'), 'patient', (fault) => expect.fail(String(fault)));
});
afterAll(async () => {
  await connection.quit();
  await gradus.stop();
});

const tryOut = (json: object, headers: Record<string, string> = {}) =>
  ask('POST', `${PLANS}?dryRun=true`, { json, headers });

/** @returns all that is stored of this Gradus, by key */
async function stored(): Promise<Map<string, unknown>> {
  const keys = (await findKeys(connection, `*${gradus.namespace}*`)).sort();
  const dumps = await Promise.all(keys.map(async (key) => [key, await connection.dump(key)] as const));
  return new Map(dumps);
}

/** What a problem says beside which request it was. */
function refusalOf({ status, json }: Answer) {
  return { status, ...(json as object), requestId: null };
}

/** A plan without what is drawn or timed anew at each making. */
function bare({ id: _, batches, createdAt: __, waitingFor, ...plan }: Plan) {
  return {
    ...plan,
    waitingFor: waitingFor && { ...waitingFor, since: null },
    batches: batches.map(({ tasks, ...batch }) => ({
      ...batch,
      tasks: tasks.map(({ lifecycleTaskUuid: ___, ...task }) => task),
    })),
  };
}

describe('a dry run', () => {
  it.each<[string, object]>([
    ['started by hand', { autoStart: false }],
    ['started by itself', {}],
    ['started later', { startAt: '2100-01-15T08:00:00Z' }],
    [
      'with every setting',
      { batchSizes: [1, '50%'], gate: 'manual', onThreshold: 'rollback', maxAttempts: 3 },
    ],
  ])('answers the plan %s as the create then does, and the forecast after it', async (name, settings) => {
    const prefix = name.replaceAll(' ', '-');
    const ready = await registerAgents(client, prefix, 7);
    const [done = ''] = await registerAgents(client, `${prefix}-done`, 1, {
      actualVersion: TO.version,
      actualRelease: TO.release,
    });
    const components = [
      { componentName: 'first', ...ON_FROM },
      { componentName: 'second', ...ON_FROM },
    ];
    await client.putAgent(`${prefix}-two`, { components });
    const json = { ...UPGRADE, agentIds: [...ready, done, `${prefix}-two`], ...settings };

    const tried = await tryOut(json);
    expect(tried.status, tried.text).toBe(200);
    const { forecast, ...plan } = tried.json as Plan & { forecast: Forecast };
    const created = await ask('POST', PLANS, { json });
    expect(created.status, created.text).toBe(200);
    expect(bare(plan)).toEqual(bare(created.json as Plan));
    expect(Object.keys(tried.json as object)).toEqual([...Object.keys(created.json as object), 'forecast']);
    expect(forecast).toMatchObject({ agentCount: 9, taskCount: 10 });
  });

  it('draws ids as a create does', async () => {
    const agentIds = await registerAgents(client, 'ids', 2);
    const plans = [1, 2].map(async () => (await tryOut({ ...UPGRADE, agentIds })).json as Plan);
    const drawn = (await Promise.all(plans)).flatMap(({ id, batches }) => [
      id,
      ...batches.flatMap(({ tasks }) => tasks.map((task) => task.lifecycleTaskUuid)),
    ]);
    expect(drawn).toHaveLength(6);
    expect(new Set(drawn).size).toBe(6);
    for (const id of drawn) expect(id).toMatch(/^(plan|task)-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  });

  it('stores nothing and claims nothing, with a key and without', async () => {
    const agentIds = await registerAgents(client, 'nothing', 3);
    const json = { ...UPGRADE, agentIds };
    const before = await stored();
    const tried = await tryOut(json, { 'idempotency-key': 'nothing' });
    await tryOut(json);
    expect(await stored()).toEqual(before);

    const { id } = tried.json as Plan;
    expect((await ask('GET', `${PLANS}/${id}`)).status).toBe(404);
    const created = await client.createPlan(json, { idempotencyKey: 'nothing' });
    expect(created.id).not.toBe(id);
  });

  it('answers the summary and the forecast where that is preferred', async () => {
    const agentIds = await registerAgents(client, 'minimal', 2);
    const answer = await tryOut({ ...UPGRADE, agentIds }, { prefer: 'return=minimal' });
    expect(answer.headers.get('preference-applied')).toBe('return=minimal');
    const summary = answer.json as PlanSummary & { forecast: Forecast };
    expect(summary.batches[0]).not.toHaveProperty('tasks');
    expect(summary).toMatchObject({ counts: { agents: 2 }, forecast: { agentCount: 2 } });
  });

  it('answers all of a plan of many agents', async () => {
    const agentIds = await registerAgents(client, 'many', 1_500);
    const { batches, forecast } = await client.createPlan(
      { ...UPGRADE, agentIds, batchSize: 400 },
      { dryRun: true },
    );
    expect(batches.flatMap((batch) => batch.agentIds)).toEqual(agentIds);
    expect(batches.flatMap(({ tasks }) => tasks.map(({ agentId }) => agentId))).toEqual(agentIds);
    expect(forecast.allowedFailures).toEqual([40, 40, 40, 30]);
  });
});

describe('its forecast', () => {
  it('tells the most agents harmed before the plan pauses, and the least time', async () => {
    const agentIds = await registerAgents(client, 'forecast', 41);
    const { forecast } = await client.createPlan(
      { ...UPGRADE, agentIds, batchSizes: [1, 20], concurrency: 4, observeDuration: '10m' },
      { dryRun: true },
    );
    expect(forecast).toEqual({
      batchCount: 3,
      agentCount: 41,
      taskCount: 41,
      allowedFailures: [0, 2, 2],
      // Two failures in the second batch; in the third one more than its two, and three in flight.
      worstCaseAgentsHarmed: 8,
      fastestDuration: 'PT30M',
    });
  });

  it('leaves out agents that run the target', async () => {
    const on = { actualVersion: TO.version, actualRelease: TO.release };
    const done = await registerAgents(client, 'done', 10, on);
    const todo = await registerAgents(client, 'todo', 3);
    const { forecast } = await client.createPlan(
      { ...UPGRADE, agentIds: [...done, ...todo], observeDuration: 'PT90S' },
      { dryRun: true },
    );
    expect(forecast).toMatchObject({ worstCaseAgentsHarmed: 3, fastestDuration: 'PT1M30S' });
  });
});

describe('what a create refuses', () => {
  it('the dry run refuses in the same words', async () => {
    const [free = '', busy = '', busyToo = ''] = await registerAgents(client, 'refuse', 3);
    await client.createPlan({ ...UPGRADE, agentIds: [busy, busyToo], autoStart: false });
    const [old = ''] = await registerAgents(client, 'old', 1, { actualVersion: '1.0.0' });
    const refused = { free: [free, 'nobody'], busy: [free, busyToo, busy], old: [old, free] };
    const codes: unknown[] = [];
    for (const agentIds of Object.values(refused)) {
      const json = { ...UPGRADE, agentIds };
      const tried = refusalOf(await tryOut(json));
      expect(tried).toEqual(refusalOf(await ask('POST', PLANS, { json })));
      codes.push(tried);
    }
    expect(codes).toMatchObject([
      { status: 422, code: 'unknown-agents' },
      { status: 409, code: 'agents-busy' },
      { status: 422, code: 'version-mismatch' },
    ]);
  });

  it('is looked at no more once the plan that holds the agents has ended', async () => {
    const agentIds = await registerAgents(client, 'ended', 1);
    const { id } = await client.createPlan({ ...UPGRADE, agentIds, autoStart: false });
    await client.cancelPlan(id);
    expect((await tryOut({ ...UPGRADE, agentIds })).status).toBe(200);
  });
});

describe('the query', () => {
  it('takes dryRun=false for a create', async () => {
    const agentIds = await registerAgents(client, 'false', 1);
    const answer = await ask('POST', `${PLANS}?dryRun=false`, {
      json: { ...UPGRADE, agentIds, autoStart: false },
    });
    expect(answer.json).not.toHaveProperty('forecast');
    expect((await ask('GET', `${PLANS}/${(answer.json as Plan).id}`)).status).toBe(200);
  });

  it('refuses another value, and other names', async () => {
    const agentIds = await registerAgents(client, 'query', 1);
    const json = { ...UPGRADE, agentIds };
    const withQuery = (query: string) => ask('POST', `${PLANS}?${query}`, { json });
    expectFaults(await withQuery('dryRun=yes'), { 'query.dryRun': /"true", "false"/ });
    expectFaults(await withQuery('dryRun=true&dryrun=1'), { 'query.dryrun': /not known.*dryRun/ });
  });
});

it('the OpenAPI document has the query, the headers and the forecast', async () => {
  const { json } = await ask('GET', '/openapi.json');
  const { paths, components } = json as {
    paths: Record<string, Record<string, { parameters: { name: string; in: string }[] }>>;
    components: { schemas: Record<string, { required?: string[] }> };
  };
  const parameters = (method: string, path: string) =>
    (paths[`${PLANS}${path}`]?.[method]?.parameters ?? []).map((one) => `${one.in} ${one.name}`);
  expect(parameters('post', '')).toEqual(['query dryRun', 'header idempotency-key', 'header prefer']);
  for (const verb of ['start', 'pause', 'resume', 'promote', 'cancel']) {
    expect(parameters('post', `/{id}/${verb}`)).toEqual(['path id', 'header if-match']);
  }
  expect(parameters('delete', '/{id}')).toEqual(['path id', 'header if-match']);
  for (const verb of ['retry', 'rollback']) {
    const headers = ['header if-match', 'header idempotency-key', 'header prefer'];
    expect(parameters('post', `/{id}/${verb}`)).toEqual(['path id', ...headers]);
  }
  expect(components.schemas['Forecast']?.required).toEqual([
    ...['batchCount', 'agentCount', 'taskCount', 'allowedFailures', 'worstCaseAgentsHarmed'],
    'fastestDuration',
  ]);
});
