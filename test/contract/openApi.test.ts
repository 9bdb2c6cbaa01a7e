// The OpenAPI document, and whether real answers are what it says.
import { type Client, createClient } from '@gradus/client';
import { PROBLEM_CODES } from '@gradus/domain';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registerAgents } from '../support/agents.js';
import { makeArtifactFolder } from '../support/artifactFolder.js';
import { TO, UPGRADE } from '../support/fleet.js';
import { type Gradus, startGradus } from '../support/gradus.js';
import { createHandLca, ON_TARGET, reportOn } from '../support/handLca.js';
import { type Answer, type Ask, BASE, createAsk } from '../support/http.js';
import { brokenRules } from '../support/openApiRules.js';
import { type OpenApi, type Operation, schemaFaults } from '../support/openApiSchema.js';

const PLANS = `${BASE}/upgrade-plans`;

/** Operation → its method, its path and the scope that it takes; none: any token; null: no token. */
const OPERATIONS: Record<string, [method: string, path: string, scope?: string | null]> = {
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
  RetryGraduatedPlan: ['post', '/upgrade-plans/{id}/retry', 'plans:write'],
  RollbackGraduatedPlan: ['post', '/upgrade-plans/{id}/rollback', 'plans:write'],
  DeleteGraduatedPlan: ['delete', '/upgrade-plans/{id}', 'plans:write'],
  PauseAllPlans: ['post', '/upgrade-plans:pause-all', 'plans:write'],
  ResumeAllPlans: ['post', '/upgrade-plans:resume-all', 'plans:write'],
  ListPlanEvents: ['get', '/upgrade-plans/{id}/events', 'plans:read'],
  PutAgent: ['put', '/agents/{agentId}', 'agents:write'],
  ImportAgents: ['post', '/agents/import', 'agents:write'],
  GetAgent: ['get', '/agents/{agentId}', 'agents:read'],
  ListAgents: ['get', '/agents', 'agents:read'],
  ListAgentVersions: ['get', '/agent-versions', 'agents:read'],
  DeleteAgent: ['delete', '/agents/{agentId}', 'agents:write'],
  PutRelease: ['put', '/releases/{componentName}/{version}/{release}', 'releases:write'],
  GetRelease: ['get', '/releases/{componentName}/{version}/{release}', 'releases:read'],
  ListReleases: ['get', '/releases', 'releases:read'],
  DeleteRelease: ['delete', '/releases/{componentName}/{version}/{release}', 'releases:write'],
  UploadArtifact: [
    'put',
    '/releases/{componentName}/{version}/{release}/artifacts/{filename}',
    'releases:write',
  ],
  DownloadArtifact: [
    'get',
    '/releases/{componentName}/{version}/{release}/artifacts/{filename}',
    'releases:read',
  ],
  DownloadTaskArtifact: [
    'get',
    '/lcas/{lcaUuid}/tasks/{lifecycleTaskUuid}/artifacts/{filename}',
    'agents:check-in',
  ],
  CheckIn: ['post', '/lcas/{lcaUuid}/check-in', 'agents:check-in'],
  PutLca: ['put', '/lcas/{lcaUuid}', 'agents:write'],
  GetLca: ['get', '/lcas/{lcaUuid}', 'agents:read'],
  DeleteLca: ['delete', '/lcas/{lcaUuid}', 'agents:write'],
  BeginSession: ['post', '/session', null],
  GetSession: ['get', '/session'],
  EndSession: ['delete', '/session', null],
  GetHealth: ['get', '/healthz', null],
  GetReadiness: ['get', '/readyz', null],
  GetMetrics: ['get', '/metrics', 'queues:admin'],
};

/** Headers that a client may go by. */
const TOLD: ReadonlySet<string> = new Set([
  ...['etag', 'location', 'retry-after', 'set-cookie', 'www-authenticate', 'preference-applied'],
  ...['x-request-id', 'x-newer-plans', 'accept-ranges', 'content-range'],
]);

const artifacts = makeArtifactFolder();
let gradus: Gradus;
let client: Client;
let ask: Ask;
let document: OpenApi;
let unstartedCount = 0;

beforeAll(async () => {
  gradus = await startGradus({ env: artifacts.env });
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

/** Expects the answer to have the headers that the document says of it, and no others that a client may go by. */
function expectDocumentedHeaders(documented: Operation['responses'][string], { headers }: Answer): void {
  const names = Object.entries(documented.headers ?? {}).map(([name, { $ref }]) => {
    expect($ref).toBe(`#/components/headers/${name}`);
    if (document.components.headers[name]?.required) expect(headers.get(name), name).not.toBeNull();
    return name.toLowerCase();
  });
  expect(names).toEqual(expect.arrayContaining([...headers.keys()].filter((name) => TOLD.has(name))));
}

/** Expects the answer to be what the document says of it, and gives it back. */
function expectDocumented(operationId: string, answer: Answer): Answer {
  const response = operationOf(operationId).responses[answer.status] ?? expect.unreachable();
  expectDocumentedHeaders(response, answer);
  const type = answer.headers.get('content-type')?.split(';')[0] ?? '';
  const schema = response.content?.[type]?.schema;
  if (answer.text === '' && response.content === undefined) return answer;
  if (schema === undefined) return expect.unreachable(`${operationId} documents no ${answer.status} ${type}`);
  expect(schemaFaults(document, schema, answer.json)).toEqual([]);
  return answer;
}

/** @returns a plan that waits for its start */
async function unstarted() {
  const [agentId = ''] = await registerAgents(client, `unstarted-${unstartedCount++}`, 1);
  return client.createPlan({ ...UPGRADE, agentIds: [agentId], autoStart: false });
}

describe('the document', () => {
  it('is OpenAPI 3.1', () => {
    expect(document.openapi).toMatch(/^3\.1\.\d+$/);
  });

  it('has each operation at its place, with its scope', () => {
    const places = operations().map(({ path, method, operation }) => {
      const { operationId, security = [] } = operation;
      const scopes = new Set(security.flatMap(Object.values).flat());
      return [operationId, [method, path.replace(BASE, ''), ...(security.length === 0 ? [null] : scopes)]];
    });
    expect(Object.fromEntries(places)).toEqual(OPERATIONS);
  });

  it('says in words which scope an operation takes, or that it takes none', () => {
    for (const [operationId, [, , scope]] of Object.entries(OPERATIONS)) {
      const words =
        scope === null ? 'no token' : scope === undefined ? 'any token' : `the scope \`${scope}\``;
      const { security, description } = operationOf(operationId);
      expect(security, operationId).toBeDefined();
      expect(description, operationId).toMatch(new RegExp(`\n\nTakes ${words}\\.$`));
    }
  });

  it('keeps the rules for such documents, and every example fits its schema', async () => {
    // Nobody can ask a probe wrongly.
    const isProbe = (line: string) => /^operation-4xx-response #.paths.~1(?:healthz|readyz).get/.test(line);
    expect((await brokenRules(document)).filter((line) => !isProbe(line))).toEqual([]);
  });

  it('has an example of everything that is sent and answered', () => {
    for (const { operation } of operations()) {
      const answers = Object.entries(operation.responses).map(([status, { content }]) => ({
        status,
        content,
      }));
      for (const { status, content = {} } of [{ status: 'request', ...operation.requestBody }, ...answers]) {
        for (const [type, { examples = {} }] of Object.entries(content)) {
          expect(Object.keys(examples), `${operation.operationId} ${status} ${type}`).not.toEqual([]);
        }
      }
    }
  });

  it('has an example of every problem, wherever that can be answered', () => {
    const { examples } = document.components;
    expect(Object.keys(examples).toSorted()).toEqual(PROBLEM_CODES.toSorted());
    for (const [code, { value }] of Object.entries(examples)) expect(value['code']).toBe(code);
    const answered = operations().flatMap(({ operation }) =>
      Object.entries(operation.responses).flatMap(([status, { content }]) => {
        const codes = Object.keys(content?.['application/problem+json']?.examples ?? {});
        for (const code of codes) expect(examples[code]?.value['status']).toBe(Number(status));
        return codes;
      }),
    );
    expect([...new Set(answered)].toSorted()).toEqual(PROBLEM_CODES.toSorted());
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
        expect.arrayContaining(['401', '403', '422', '429', '500', '503']),
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

  it('releases and their artifacts', async () => {
    const at = `${BASE}/releases/documented/1.0.0/1`;
    const headers = { 'content-type': 'application/octet-stream' };
    const file = `${at}/artifacts/one.bin`;
    expectDocumented('UploadArtifact', await ask('PUT', file, { body: 'bytes', headers }));
    const json = { artifacts: [{ filename: 'one.bin' }] };
    expectDocumented('PutRelease', await ask('PUT', at, { json }));
    expectDocumented('GetRelease', await ask('GET', at));
    expectDocumented('ListReleases', await ask('GET', `${BASE}/releases?limit=1`));
    const ranges = ['bytes=0-1', 'bytes=9-'].map((range) => ask('GET', file, { headers: { range } }));
    const [part, beyond] = await Promise.all(ranges);
    for (const answer of [part, beyond]) {
      const { [answer?.status ?? 0]: documented } = operationOf('DownloadArtifact').responses;
      if (answer !== undefined && documented !== undefined) expectDocumentedHeaders(documented, answer);
    }
    expect([part?.status, beyond?.status]).toEqual([206, 416]);
    expectDocumented('DeleteRelease', await ask('DELETE', at));
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
    const paused = await ask('POST', `${PLANS}/${(await unstarted()).id}/pause`, {
      headers: { 'if-match': '"99"' },
    });
    expect(expectDocumented('PauseGraduatedPlan', paused).status).toBe(412);
  });
});

describe('an example of a request', () => {
  const taken = () =>
    operations().flatMap(({ path, method, operation: { operationId = '', requestBody } }) =>
      Object.entries(requestBody?.content ?? {}).flatMap(([type, { examples = {} }]) =>
        Object.entries(examples).map(([name, { value }]) => ({
          path,
          method,
          operationId,
          type,
          name,
          value,
        })),
      ),
    );

  it('is taken', async () => {
    const { id } = await unstarted();
    const agentIds = ['item1', 'item2', 'item3', 'item4', 'item5'];
    const components = [{ componentName: 'zmetis', actualVersion: '1.2.0', actualRelease: '215' }];
    await client.importAgents(agentIds.map((agentId) => ({ agentId, components })));
    expect(taken().length).toBeGreaterThan(15);
    for (const { path, method, operationId, type, name, value } of taken()) {
      const at = path
        .replace('{id}', id)
        .replace('{agentId}', 'press-7')
        .replace('{lcaUuid}', 'lca-hall-2')
        .replace('{componentName}/{version}/{release}', `zmetis/1.3.0/${name}`)
        .replace('{filename}', 'one.bin');
      const answer = await ask(
        method.toUpperCase(),
        operationId === 'CreateGraduatedPlan' ? `${at}?dryRun=true` : at,
        {
          headers: { 'content-type': type },
          body: JSON.stringify(value),
        },
      );
      // The batch still runs, and who signs in here is no page.
      const accepted = { BeginSession: [403], PromoteGraduatedPlan: [409] }[operationId];
      expect(accepted ?? [200, 201], `${operationId} ${name}: ${answer.text}`).toContain(answer.status);
      expectDocumented(operationId, answer);
    }
  });
});

describe('the probes', () => {
  it.each(['/healthz', '/readyz'])('%s answers 200 to anybody', async (path) => {
    const answer = await ask('GET', path, { authorization: null });
    expect(answer.status, answer.text).toBe(200);
  });
});
