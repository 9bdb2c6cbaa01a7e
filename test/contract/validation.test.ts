// 422 validation-failed: every fault of a request at once, each with what is wrong and what is accepted.
import { type Client, createClient } from '@gradus/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ON_FROM, registerAgents } from '../support/agents.js';
import { UPGRADE } from '../support/fleet.js';
import { type Gradus, startGradus } from '../support/gradus.js';
import { type Ask, BASE, createAsk } from '../support/http.js';
import { expectFaults } from '../support/problems.js';

const MAX_AGENTS = 20;
const PLANS = `${BASE}/upgrade-plans`;

let gradus: Gradus;
let client: Client;
let ask: Ask;
let planId: string;

beforeAll(async () => {
  gradus = await startGradus({ workers: 0, env: { GRADUS_MAX_AGENTS_PER_PLAN: String(MAX_AGENTS) } });
  client = createClient({ baseUrl: gradus.url, token: gradus.token });
  ask = createAsk(gradus);
  const agentIds = await registerAgents(client, 'taken', 1);
  planId = (await client.createPlan({ ...UPGRADE, agentIds, autoStart: false })).id;
});
afterAll(() => gradus.stop());

const NEW_PLAN = { ...UPGRADE, agentIds: ['item1', 'item2'] };
const create = (json: unknown) => ask('POST', PLANS, { json });

describe('CreateGraduatedPlan', () => {
  it('names every required field that is missing', async () => {
    expectFaults(await create({}), {
      name: /required.*string/,
      fromVersion: /required.*string/,
      toVersion: /required.*string/,
      toRelease: /required.*string/,
      agentIds: /required.*list of strings.*comma-separated/,
    });
  });

  it('names every fault at once, whatever kind it is', async () => {
    const answer = await ask('POST', `${PLANS}?dryrun=true`, {
      json: {
        name: '',
        fromVersion: 'x'.repeat(65),
        toVersion: 130,
        toRelease: null,
        agentIds: ['good', 'not good', 7, ''],
        batchSize: 0,
        batchSizes: [1, '0%', '5%', 'some'],
        failureThreshold: 1.01,
        concurrency: 2.5,
        createdBy: '',
        observeDuration: 'value',
        startAt: 'tomorrow',
        autoStart: 'yes',
        gate: 'open',
        taskTimeout: '0s',
        maxAttempts: 11,
        onThreshold: 'ignore',
        bathSize: 5,
      },
    });
    expectFaults(answer, {
      'query.dryrun': /not known/,
      name: /at least 1 character/,
      fromVersion: /at most 64 characters/,
      toVersion: /string, not a number/,
      toRelease: /string, not null/,
      'agentIds[1]': /1 to 128.*A-Z a-z 0-9/,
      'agentIds[2]': /1 to 128/,
      'agentIds[3]': /1 to 128/,
      batchSize: /integer from 1/,
      batchSizes: /batchSize/,
      'batchSizes[1]': /percent such as "5%"/,
      'batchSizes[3]': /integer from 1.*percent/,
      failureThreshold: /from 0 to 1/,
      concurrency: /integer from 1/,
      createdBy: /at least 1 character/,
      observeDuration: /"value".*90s, 10m, 1h30m, 2d.*PT10M/,
      startAt: /instant in UTC such as 2026-01-15T08:00:00Z/,
      autoStart: /true or false/,
      gate: /"auto", "manual"/,
      taskTimeout: /at least 1s/,
      maxAttempts: /from 1 to 10/,
      onThreshold: /"pause"/,
      bathSize: /not known.*batchSize/,
    });
    expect(answer.json).toMatchObject({ detail: expect.stringContaining('23') });
  });

  it.each([
    ['a list', []],
    ['a string', 'plan'],
    ['null', null],
  ])('refuses a body that is %s', async (_, json) => {
    expectFaults(await create(json), { body: /an object/ });
  });

  const single: [what: string, fields: Record<string, unknown>, faults: Record<string, RegExp>][] = [
    ["the documented example's placeholder", { observeDuration: 'value' }, { observeDuration: /10m.*PT10M/ }],
    ['a duration without a unit', { observeDuration: '10' }, { observeDuration: /accepted are/ }],
    ['a duration that is a number', { observeDuration: 600 }, { observeDuration: /string, not a number/ }],
    ['a negative duration', { taskTimeout: '-5m' }, { taskTimeout: /accepted are/ }],
    ['batchSize beside batchSizes', { batchSize: 2, batchSizes: [1] }, { batchSizes: /batchSize/ }],
    ['no batch sizes in their list', { batchSizes: [] }, { batchSizes: /at least 1 item/ }],
    ['a batch of more than all', { batchSizes: ['101%'] }, { 'batchSizes[0]': /percent/ }],
    ['a negative threshold', { failureThreshold: -0.1 }, { failureThreshold: /from 0 to 1/ }],
    ['a threshold in words', { failureThreshold: '10%' }, { failureThreshold: /number, not a string/ }],
    ['a concurrency of none', { concurrency: 0 }, { concurrency: /from 1/ }],
    ['no attempt', { maxAttempts: 0 }, { maxAttempts: /from 1 to 10/ }],
    ['no agent', { agentIds: [] }, { agentIds: /1 to 20 agents, not 0/ }],
    ['agents in an object', { agentIds: { 0: 'item1' } }, { agentIds: /list of strings/ }],
    ['a gap between commas', { agentIds: 'item1,,item2' }, { 'agentIds[1]': /1 to 128/ }],
    ['an id that is too long', { agentIds: ['x'.repeat(129)] }, { 'agentIds[0]': /1 to 128/ }],
    ['an instant in another zone', { startAt: '2026-01-15T08:00:00+01:00' }, { startAt: /UTC/ }],
    ['a day that is none', { startAt: '2026-02-30T08:00:00Z' }, { startAt: /instant/ }],
    ['a name that is too long', { name: 'n'.repeat(201) }, { name: /at most 200 characters/ }],
  ];
  it.each(single)('refuses %s', async (_, fields, faults) => {
    expectFaults(await create({ ...NEW_PLAN, ...fields }), faults);
  });

  it('refuses an empty string of agents', async () => {
    const answer = await create({ ...NEW_PLAN, agentIds: '' });
    expect(answer.status).toBe(422);
    expect(answer.json).toMatchObject({ code: 'validation-failed' });
  });

  it('refuses more agents than a plan may have, counted after repeats are dropped', async () => {
    const agentIds = await registerAgents(client, 'many', MAX_AGENTS + 1);
    expectFaults(await create({ ...NEW_PLAN, agentIds }), {
      agentIds: new RegExp(`1 to ${MAX_AGENTS} agents, not ${MAX_AGENTS + 1}`),
    });
    const most = agentIds.slice(1);
    const answer = await create({ ...NEW_PLAN, agentIds: [...most, ...most], autoStart: false });
    expect(answer.status, answer.text).toBe(200);
  });

  it('does not list the faults of ids without end', async () => {
    const answer = await create({ ...NEW_PLAN, agentIds: Array.from({ length: 5_000 }, () => '!') });
    const { errors } = answer.json as { errors: { path: string }[] };
    expect(answer.status).toBe(422);
    expect(errors.length).toBeGreaterThan(1);
    expect(errors.length).toBeLessThan(200);
  });

  it('makes nothing of a request that it refuses', async () => {
    const [agentId = ''] = await registerAgents(client, 'untouched', 1);
    expectFaults(await create({ ...NEW_PLAN, agentIds: [agentId], gate: 'x' }), { gate: /one of/ });
    expect((await ask('GET', `${PLANS}?agentId=${agentId}`)).json).toEqual({ items: [], nextCursor: null });
  });
});

describe('the other operations', () => {
  const cases: [what: string, method: string, path: string, json: unknown, faults: Record<string, RegExp>][] =
    [
      ['a limit of none', 'GET', '/upgrade-plans?limit=0', undefined, { 'query.limit': /1 to 1000/ }],
      [
        'a limit over the most',
        'GET',
        '/upgrade-plans?limit=1001',
        undefined,
        { 'query.limit': /1 to 1000/ },
      ],
      ['a limit in words', 'GET', '/agents?limit=ten', undefined, { 'query.limit': /1 to 1000/ }],
      ['a status that is none', 'GET', '/upgrade-plans?status=done', undefined, { 'query.status': /one of/ }],
      ['a parameter twice', 'GET', '/upgrade-plans?limit=1&limit=2', undefined, { 'query.limit': /./ }],
      ['an unknown parameter', 'GET', '/agents?lca=x', undefined, { 'query.lca': /not known.*lcaUuid/ }],
      ['a cursor of nobody', 'GET', '/upgrade-plans?cursor=abc', undefined, { 'query.cursor': /nextCursor/ }],
      ['a cursor of nobody', 'GET', '/agents?cursor=%20', undefined, { 'query.cursor': /nextCursor/ }],
      [
        'an agent id that is none',
        'PUT',
        '/agents/a%20b',
        { components: [] },
        { 'path.agentId': /1 to 128/, components: /at least 1 item/ },
      ],
      [
        'an unknown field',
        'PUT',
        '/agents/a',
        { components: [ON_FROM] },
        { 'components[0].componentName': /required/ },
      ],
      [
        'the same instance twice',
        'PUT',
        '/agents/a',
        { components: [{ componentName: 'c' }, { componentName: 'c' }] },
        { 'components[1]': /already/ },
      ],
      [
        'attributes that are no strings',
        'PUT',
        '/agents/a',
        { components: [{ componentName: 'c' }], attributes: { n: 1 } },
        { 'attributes.n': /string/ },
      ],
      [
        'a wait that is too long',
        'POST',
        '/lcas/l/check-in?wait=61',
        { reports: [] },
        { 'query.wait': /0 to 60/ },
      ],
      [
        'a report of nobody',
        'POST',
        '/lcas/l/check-in',
        { reports: [{ tasks: [{ lifecycleTaskUuid: 'x', status: 'done' }] }] },
        {
          'reports[0].agentId': /required/,
          'reports[0].tasks[0].status': /"running", "completed", "failed", "cancelled"/,
        },
      ],
      [
        'facts of no instance',
        'POST',
        '/lcas/l/check-in',
        { reports: [{ agentId: 'a', components: [{ runtimeStatus: 'running' }] }] },
        { 'reports[0].components[0]': /componentInstanceUuid or componentName/ },
      ],
      [
        'an LCA that is none',
        'POST',
        '/lcas/l%20l/check-in',
        { reports: [] },
        { 'path.lcaUuid': /1 to 128/ },
      ],
    ];
  it.each(cases)('refuse %s: %s %s', async (_, method, path, json, faults) => {
    expectFaults(await ask(method, BASE + path, json === undefined ? {} : { json }), faults);
  });

  it.each([
    ['start', { when: 'now' }, { when: /not known/ }],
    ['pause', { why: 'x' }, { why: /not known.*reason/ }],
    ['pause', { reason: 5 }, { reason: /string/ }],
    ['cancel', { reason: 'x'.repeat(1_001) }, { reason: /at most 1000/ }],
    [
      'resume',
      { failureThreshold: 2, concurrency: 0 },
      { failureThreshold: /0 to 1/, concurrency: /from 1/ },
    ],
    ['promote', { batchIndex: -1 }, { batchIndex: /integer from 0/ }],
  ])('refuse a faulty %s with %j', async (command, json, faults) => {
    expectFaults(await ask('POST', `${PLANS}/${planId}/${command}`, { json }), faults);
  });

  it('refuse a query where none is taken', async () => {
    expectFaults(await ask('POST', `${PLANS}/${planId}/start?now=1`), { 'query.now': /not known/ });
  });

  it('pass over unknown fields in what LCAs report', async () => {
    const answer = await ask('POST', `${BASE}/lcas/lca-new/check-in`, {
      json: { firmware: 'x', reports: [{ agentId: 'nobody', mood: 'good', components: [], tasks: [] }] },
    });
    expect(answer.json).toEqual({ accepted: 1, tasks: [], cancel: [] });
  });
});
