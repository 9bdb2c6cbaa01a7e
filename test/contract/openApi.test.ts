// The OpenAPI document, and whether real answers are what it says.
import { type Client, createClient } from '@gradus/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registerAgents } from '../support/agents.js';
import { TO, UPGRADE } from '../support/fleet.js';
import { type Gradus, startGradus } from '../support/gradus.js';
import { createHandLca, ON_TARGET, reportOn } from '../support/handLca.js';
import { type Answer, type Ask, BASE, createAsk } from '../support/http.js';
import { type OpenApi, type Operation, schemaFaults } from '../support/openApiSchema.js';

const PLANS = `${BASE}/upgrade-plans`;

/** Operation → its method, its path and the scope that it takes. */
const OPERATIONS: Record<string, [method: string, path: string, scope: string]> = {
  CreateGraduatedPlan: ['post', '/upgrade-plans', 'plans:write'],
  ListGraduatedPlans: ['get', '/upgrade-plans', 'plans:read'],
  GetGraduatedPlan: ['get', '/upgrade-plans/{id}', 'plans:read'],
  GetPlanBatch: ['get', '/upgrade-plans/{id}/batches/{batchIndex}', 'plans:read'],
  ListBatchTasks: ['get', '/upgrade-plans/{id}/batches/{batchIndex}/tasks', 'plans:read'],
  StartGraduatedPlan: ['post', '/upgrade-plans/{id}/start', 'plans:write'],
  PauseGraduatedPlan: ['post', '/upgrade-plans/{id}/pause', 'plans:write'],
  ResumeGraduatedPlan: ['post', '/upgrade-plans/{id}/resume', 'plans:write'],
  PromoteGraduatedPlan: ['post', '/upgrade-plans/{id}/promote', 'plans:write'],
  CancelGraduatedPlan: ['post', '/upgrade-plans/{id}/cancel', 'plans:write'],
  PutAgent: ['put', '/agents/{agentId}', 'agents:write'],
  ImportAgents: ['post', '/agents/import', 'agents:write'],
  GetAgent: ['get', '/agents/{agentId}', 'agents:read'],
  ListAgents: ['get', '/agents', 'agents:read'],
  DeleteAgent: ['delete', '/agents/{agentId}', 'agents:write'],
  CheckIn: ['post', '/lcas/{lcaUuid}/check-in', 'agents:check-in'],
};

let gradus: Gradus;
let client: Client;
let ask: Ask;
let document: OpenApi;

beforeAll(async () => {
  gradus = await startGradus();
  client = createClient({ baseUrl: gradus.url, token: gradus.token });
  ask = createAsk(gradus);
  const answer = await ask('GET', '/openapi.json', { authorization: null });
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toMatch(/^application\/(openapi\+)?json/);
  document = answer.json as OpenApi;
});
afterAll(() => gradus.stop());

const operations = () =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );

function operationOf(operationId: string): Operation {
  const found = operations().find(({ operation }) => operation.operationId === operationId);
  return found?.operation ?? expect.unreachable(`there is no ${operationId}`);
}

/** Expects the answer to be what the document says of it, and gives it back. */
function expectDocumented(operationId: string, answer: Answer): Answer {
  const response = operationOf(operationId).responses[answer.status];
  const type = answer.headers.get('content-type')?.split(';')[0] ?? '';
  const schema = response?.content?.[type]?.schema;
  if (schema === undefined) return expect.unreachable(`${operationId} documents no ${answer.status} ${type}`);
  expect(schemaFaults(document, schema, answer.json)).toEqual([]);
  return answer;
}

describe('the document', () => {
  it('is OpenAPI 3.1', () => {
    expect(document.openapi).toMatch(/^3\.1\.\d+$/);
  });

  it('has each operation at its place, with its scope', () => {
    const places = operations().map(({ path, method, operation }) => [
      operation.operationId,
      [method, path.replace(BASE, ''), ...new Set((operation.security ?? []).flatMap(Object.values).flat())],
    ]);
    expect(Object.fromEntries(places)).toMatchObject(OPERATIONS);
  });

  it('gives each operation an id of its own', () => {
    const ids = operations().map(({ operation }) => operation.operationId);
    expect(ids).not.toContain(undefined);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('declares how every operation under /api is secured', () => {
    const schemes = Object.keys(document.components.securitySchemes);
    for (const { path, method, operation } of operations()) {
      if (!path.startsWith('/api/')) continue;
      const named = (operation.security ?? []).flatMap(Object.keys);
      expect(named, `${method} ${path}`).toEqual(['bearer', 'session']);
      expect(schemes).toEqual(expect.arrayContaining(named));
      expect(Object.keys(operation.responses)).toEqual(
        expect.arrayContaining(['401', '403', '413', '422', '503']),
      );
    }
  });

  it('documents every field of a new plan', () => {
    const { schema = {} } = operationOf('CreateGraduatedPlan').requestBody?.content['application/json'] ?? {};
    const name = schema.$ref?.split('/').at(-1) ?? '';
    const { properties = {}, required } = document.components.schemas[name] ?? schema;
    expect(required?.toSorted()).toEqual(['agentIds', 'fromVersion', 'name', 'toRelease', 'toVersion']);
    expect(Object.keys(properties)).toEqual(
      expect.arrayContaining([
        ...['batchSize', 'failureThreshold', 'concurrency', 'createdBy', 'observeDuration', 'batchSizes'],
        ...['startAt', 'autoStart', 'gate', 'taskTimeout', 'maxAttempts', 'onThreshold'],
      ]),
    );
  });
});

describe('a real answer is what the document says of', () => {
  it('plans, batches, tasks and commands', async () => {
    const agentIds = await registerAgents(client, 'documented', 3);
    const on = { actualVersion: TO.version, actualRelease: TO.release };
    const skipped = await registerAgents(client, 'skipped', 1, on);
    const json = { ...UPGRADE, agentIds: [...agentIds, ...skipped], batchSizes: [1], gate: 'manual' };
    const created = expectDocumented('CreateGraduatedPlan', await ask('POST', PLANS, { json }));
    const { id } = created.json as { id: string };
    const lca = createHandLca(client, 'lca-documented');
    await lca.checkIn([reportOn(await lca.takeTask(), 'completed', ON_TARGET)]);

    const at = `${PLANS}/${id}`;
    expectDocumented('GetGraduatedPlan', await ask('GET', at));
    expectDocumented('GetGraduatedPlan', await ask('GET', `${at}?view=summary`));
    expectDocumented('ListGraduatedPlans', await ask('GET', `${PLANS}?limit=1`));
    expectDocumented('GetPlanBatch', await ask('GET', `${at}/batches/0`));
    expectDocumented('GetPlanBatch', await ask('GET', `${at}/batches/1`));
    expectDocumented('ListBatchTasks', await ask('GET', `${at}/batches/1/tasks?limit=1`));
    const command = (verb: string, body: object = {}) => ask('POST', `${at}/${verb}`, { json: body });
    expectDocumented('StartGraduatedPlan', await command('start'));
    expectDocumented('PauseGraduatedPlan', await command('pause', { reason: 'a look' }));
    expectDocumented('ResumeGraduatedPlan', await command('resume', { concurrency: 2 }));
    expectDocumented('CancelGraduatedPlan', await command('cancel'));
    expectDocumented('PromoteGraduatedPlan', await command('promote'));
    expectDocumented('GetGraduatedPlan', await ask('GET', at));
  });

  it('agents and check-ins', async () => {
    const agent = { lcaUuid: 'lca-agent', components: [{ componentName: 'zmetis', actualVersion: '1.2.0' }] };
    const at = `${BASE}/agents/documented-agent`;
    expectDocumented('PutAgent', await ask('PUT', at, { json: { ...agent, attributes: { site: 'north' } } }));
    expectDocumented('PutAgent', await ask('PUT', at, { json: agent }));
    expectDocumented('GetAgent', await ask('GET', at));
    expectDocumented('ListAgents', await ask('GET', `${BASE}/agents?limit=1`));
    const body = '{"agentId":"documented-other","components":[{"componentName":"c"}]}\nnothing';
    const headers = { 'content-type': 'application/x-ndjson' };
    expectDocumented('ImportAgents', await ask('POST', `${BASE}/agents/import`, { body, headers }));

    await client.createPlan({ ...UPGRADE, agentIds: ['documented-agent'] });
    const checkIn = `${BASE}/lcas/lca-agent/check-in?wait=10`;
    const handed = expectDocumented('CheckIn', await ask('POST', checkIn, { json: { reports: [] } }));
    expect((handed.json as { tasks: unknown[] }).tasks).toHaveLength(1);
    expectDocumented('DeleteAgent', await ask('DELETE', at));
  });

  it('problems', async () => {
    const agentIds = await registerAgents(client, 'problem', 1, { actualVersion: '0.9.0' });
    const create = (json: object) => ask('POST', PLANS, { json });
    const problems = [
      await create({}),
      await create({ ...UPGRADE, agentIds }),
      await create({ ...UPGRADE, agentIds: ['unheard-of'] }),
      await ask('POST', PLANS, { body: '{', headers: { 'content-type': 'application/json' } }),
      await ask('POST', PLANS, { body: '<a/>', headers: { 'content-type': 'text/xml' } }),
      await ask('POST', PLANS, { json: {}, authorization: null }),
    ];
    expect(problems.map(({ status }) => status)).toEqual([422, 422, 422, 400, 415, 401]);
    for (const problem of problems) expectDocumented('CreateGraduatedPlan', problem);
    expectDocumented('GetGraduatedPlan', await ask('GET', `${PLANS}/nothing`));
  });
});

describe('the probes', () => {
  it.each(['/healthz', '/readyz'])('%s answers 200 to anybody', async (path) => {
    const answer = await ask('GET', path, { authorization: null });
    expect(answer.status, answer.text).toBe(200);
  });
});
