// Requests that are refused before anybody looks at what they ask for.
import { type Client, createClient } from '@gradus/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registerAgents } from '../support/agents.js';
import { makeApiKey } from '../support/apiKeys.js';
import { UPGRADE } from '../support/fleet.js';
import { type Gradus, startGradus } from '../support/gradus.js';
import { type Ask, BASE, createAsk } from '../support/http.js';
import { expectFaults, expectProblem } from '../support/problems.js';
import { waitFor } from '../support/waitFor.js';

const BODY_LIMIT = 20_000;
const NO_PLAN = 'plan-00000000-0000-4000-8000-000000000000';

const reader = makeApiKey('reader', ['plans:read', 'agents:read']);
const bound = makeApiKey('bound', ['agents:check-in'], 'lca-bound');

let gradus: Gradus;
let client: Client;
let ask: Ask;

beforeAll(async () => {
  gradus = await startGradus({
    keys: [reader.key, bound.key],
    env: { GRADUS_BODY_LIMIT: String(BODY_LIMIT) },
  });
  client = createClient({ baseUrl: gradus.url, token: gradus.token });
  ask = createAsk(gradus);
});
afterAll(() => gradus.stop());

const authorizedBy = ({ token }: { token: string }) => ({ authorization: `Bearer ${token}` });

describe('401 unauthenticated', () => {
  it.each([
    ['no header', null],
    ['another scheme', 'Basic YWRtaW46YWRtaW4='],
    ['no token in the header', 'Bearer'],
    ['two tokens in the header', 'Bearer one two'],
  ])('answers %s with how a token is sent', async (_, authorization) => {
    const answer = await ask('GET', `${BASE}/upgrade-plans`, { authorization });
    expectProblem(answer, 401, 'unauthenticated');
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
  });

  it('answers a token that is not known with that', async () => {
    const answer = await ask('GET', `${BASE}/upgrade-plans`, { authorization: 'Bearer not-a-token' });
    expectProblem(answer, 401, 'unauthenticated');
    const challenge = 'Bearer error="invalid_token", error_description="The token is not valid."';
    expect(answer.headers.get('www-authenticate')).toBe(challenge);
  });

  it('is asked for before anything else of a request is looked at', async () => {
    for (const path of [`${BASE}/upgrade-plans/${NO_PLAN}`, `${BASE}/nowhere`]) {
      expectProblem(await ask('GET', path, { authorization: null }), 401, 'unauthenticated');
    }
    const broken = await ask('POST', `${BASE}/upgrade-plans`, {
      authorization: null,
      body: '{',
      headers: { 'content-type': 'application/json' },
    });
    expectProblem(broken, 401, 'unauthenticated');
  });

  it('takes the scheme in any case', async () => {
    const answer = await ask('GET', `${BASE}/upgrade-plans`, { authorization: `bearer ${gradus.token}` });
    expect(answer.status).toBe(200);
  });
});

describe('403 forbidden', () => {
  const needed: [method: string, path: string, scope: string][] = [
    ['POST', '/upgrade-plans', 'plans:write'],
    ['POST', `/upgrade-plans/${NO_PLAN}/start`, 'plans:write'],
    ['POST', `/upgrade-plans/${NO_PLAN}/pause`, 'plans:write'],
    ['POST', `/upgrade-plans/${NO_PLAN}/resume`, 'plans:write'],
    ['POST', `/upgrade-plans/${NO_PLAN}/promote`, 'plans:write'],
    ['POST', `/upgrade-plans/${NO_PLAN}/cancel`, 'plans:write'],
    ['PUT', '/agents/item1', 'agents:write'],
    ['DELETE', '/agents/item1', 'agents:write'],
    ['POST', '/agents/import', 'agents:write'],
    ['POST', '/lcas/lca/check-in', 'agents:check-in'],
  ];
  for (const [method, path, scope] of needed) {
    it(`${method} ${path} names the scope ${scope} that the token lacks`, async () => {
      const answer = await ask(method, BASE + path, authorizedBy(reader));
      expectProblem(answer, 403, 'forbidden', { detail: expect.stringContaining(scope) });
    });
  }

  it.each([
    ['/upgrade-plans', 'plans:read'],
    [`/upgrade-plans/${NO_PLAN}`, 'plans:read'],
    [`/upgrade-plans/${NO_PLAN}/batches/0`, 'plans:read'],
    [`/upgrade-plans/${NO_PLAN}/batches/0/tasks`, 'plans:read'],
    ['/agents', 'agents:read'],
    ['/agents/item1', 'agents:read'],
  ])('GET %s names the scope %s that the token lacks', async (path, scope) => {
    const answer = await ask('GET', BASE + path, authorizedBy(bound));
    expectProblem(answer, 403, 'forbidden', { detail: expect.stringContaining(scope) });
  });

  it('refuses a key that is bound to an LCA when it speaks for another one', async () => {
    const asking = { ...authorizedBy(bound), json: { reports: [] } };
    const other = await ask('POST', `${BASE}/lcas/lca-other/check-in`, asking);
    expectProblem(other, 403, 'forbidden', { detail: expect.stringMatching(/LCA/) });
    expect((await ask('POST', `${BASE}/lcas/lca-bound/check-in`, asking)).status).toBe(200);
  });

  it('takes nothing of a check-in that reports on an agent of another LCA', async () => {
    const [mine = ''] = await registerAgents(client, 'mine', 1);
    const [foreign = ''] = await registerAgents(client, 'foreign', 1);
    const facts = [{ componentName: 'zmetis', runtimeStatus: 'degraded' }];
    const refused = await ask('POST', `${BASE}/lcas/lca-mine/check-in`, {
      json: { reports: [mine, foreign].map((agentId) => ({ agentId, components: facts })) },
    });
    expectProblem(refused, 403, 'forbidden', { detail: expect.stringContaining(foreign) });

    // Once a later report is applied, the refused one would have been, too.
    await client.checkIn('lca-mine', { reports: [{ agentId: mine }] });
    const seen = await waitFor(
      async () => {
        const agent = await client.getAgent(mine);
        return agent.lastSeenAt !== null && agent;
      },
      { what: 'the later report to be applied' },
    );
    expect(seen.components[0]?.runtimeStatus).toBe('running');
    expect((await client.getAgent(foreign)).lastSeenAt).toBeNull();
  });
});

describe('400 invalid-json', () => {
  it.each([
    ['cut off', '{"name":'],
    ['empty', ''],
    ['no JSON', 'name=x'],
  ])('answers a body that is %s', async (_, body) => {
    const answer = await ask('POST', `${BASE}/upgrade-plans`, {
      body,
      headers: { 'content-type': 'application/json' },
    });
    expectProblem(answer, 400, 'invalid-json');
  });
});

describe('415 unsupported-media-type', () => {
  const xml = { body: '<plan/>', headers: { 'content-type': 'application/xml' } };
  it.each([
    ['POST', '/upgrade-plans'],
    ['PUT', '/agents/item1'],
    ['POST', '/lcas/lca/check-in'],
    ['POST', `/upgrade-plans/${NO_PLAN}/pause`],
    ['POST', `/upgrade-plans/${NO_PLAN}/cancel`],
    ['POST', '/agents/import'],
  ])('answers %s %s with a body that is no JSON, saying what is accepted', async (method, path) => {
    const answer = await ask(method, BASE + path, xml);
    expectProblem(answer, 415, 'unsupported-media-type', {
      detail: expect.stringMatching(/application\/(json|x-ndjson)/),
    });
  });

  it('answers a body that does not say what it is', async () => {
    const agentIds = await registerAgents(client, 'untyped', 1);
    const { id } = await client.createPlan({ ...UPGRADE, agentIds, autoStart: false });
    const body = new TextEncoder().encode('{"reason":"would be lost"}');
    const answer = await ask('POST', `${BASE}/upgrade-plans/${id}/cancel`, { body });
    expectProblem(answer, 415, 'unsupported-media-type');
    expect((await client.getPlanSummary(id)).status).toBe('pending');
  });

  it('takes a command without a body', async () => {
    const agentIds = await registerAgents(client, 'bodiless', 1);
    const { id } = await client.createPlan({ ...UPGRADE, agentIds, autoStart: false });
    expect((await ask('POST', `${BASE}/upgrade-plans/${id}/cancel`)).status).toBe(200);
  });

  it('takes JSON with a charset', async () => {
    const answer = await ask('POST', `${BASE}/lcas/lca/check-in`, {
      body: '{"reports":[]}',
      headers: { 'content-type': 'application/json; charset=utf-8' },
    });
    expect(answer.status, answer.text).toBe(200);
  });
});

describe('413 body-too-large', () => {
  const plan = (length: number) => {
    const bare = JSON.stringify({ ...UPGRADE, agentIds: '' });
    return JSON.stringify({ ...UPGRADE, agentIds: 'x'.repeat(length - bare.length) });
  };
  it('answers a body over the limit, and names the limit', async () => {
    const answer = await ask('POST', `${BASE}/upgrade-plans`, {
      body: plan(BODY_LIMIT + 1),
      headers: { 'content-type': 'application/json' },
    });
    expectProblem(answer, 413, 'body-too-large', { detail: expect.stringContaining(String(BODY_LIMIT)) });
  });

  it('answers a body that does not say its length, too', async () => {
    const body = new Blob([plan(BODY_LIMIT + 1)]).stream();
    const answer = await ask('POST', `${BASE}/upgrade-plans`, {
      body,
      headers: { 'content-type': 'application/json' },
    });
    expectProblem(answer, 413, 'body-too-large');
  });

  it('takes a body of just the limit', async () => {
    const answer = await ask('POST', `${BASE}/upgrade-plans`, {
      body: plan(BODY_LIMIT),
      headers: { 'content-type': 'application/json' },
    });
    expectFaults(answer, { 'agentIds[0]': /1 to 128/ });
  });
});

describe('404 not-found', () => {
  it.each([
    ['a plan', 'GET', `/upgrade-plans/${NO_PLAN}`],
    ['a plan, without plan-', 'GET', `/upgrade-plans/${NO_PLAN.slice(5)}`],
    ['the summary of a plan', 'GET', `/upgrade-plans/${NO_PLAN}?view=summary`],
    ['what is no plan id', 'GET', '/upgrade-plans/anything'],
    ['a batch', 'GET', `/upgrade-plans/${NO_PLAN}/batches/0`],
    ['tasks', 'GET', `/upgrade-plans/${NO_PLAN}/batches/0/tasks`],
    ['a plan to start', 'POST', `/upgrade-plans/${NO_PLAN}/start`],
    ['a plan to pause', 'POST', `/upgrade-plans/${NO_PLAN}/pause`],
    ['a plan to resume', 'POST', `/upgrade-plans/${NO_PLAN}/resume`],
    ['a plan to promote', 'POST', `/upgrade-plans/${NO_PLAN}/promote`],
    ['a plan to cancel', 'POST', `/upgrade-plans/${NO_PLAN}/cancel`],
    ['an agent', 'GET', '/agents/nobody'],
    ['an agent to delete', 'DELETE', '/agents/nobody'],
    ['a route', 'GET', '/nowhere'],
    ['a method of a route', 'PATCH', '/upgrade-plans'],
  ])('answers %s that is not there: %s %s', async (_, method, path) => {
    expectProblem(await ask(method, BASE + path), 404, 'not-found');
  });

  it('answers a batch that the plan does not have', async () => {
    const agentIds = await registerAgents(client, 'batchless', 2);
    const { id } = await client.createPlan({ ...UPGRADE, agentIds, autoStart: false });
    for (const index of ['1', '-1', '0x0', '99999999999']) {
      for (const what of ['', '/tasks']) {
        const answer = await ask('GET', `${BASE}/upgrade-plans/${id}/batches/${index}${what}`);
        expectProblem(answer, 404, 'not-found', { detail: expect.stringContaining(index) });
      }
    }
  });

  it('answers a path outside the API, with a token and without', async () => {
    expectProblem(await ask('GET', '/nowhere'), 404, 'not-found');
    expectProblem(await ask('GET', '/nowhere', { authorization: null }), 404, 'not-found');
  });
});

describe('the request id', () => {
  it('is the one that the client sends, in the header and in a problem', async () => {
    const headers = { 'x-request-id': 'rollout-2026.01_15' };
    const good = await ask('GET', `${BASE}/upgrade-plans`, { headers });
    expect(good.headers.get('x-request-id')).toBe(headers['x-request-id']);
    const bad = await ask('GET', `${BASE}/nowhere`, { headers });
    expectProblem(bad, 404, 'not-found', { requestId: headers['x-request-id'] });
  });

  it('is a new one for each request, also where what the client sends may not stand in a log', async () => {
    const ids = new Set<string | null>();
    for (const sent of [undefined, undefined, 'a b', 'x'.repeat(129), '{"a":1}']) {
      const headers = sent === undefined ? {} : { 'x-request-id': sent };
      const answer = await ask('GET', '/healthz', { headers });
      const id = answer.headers.get('x-request-id');
      expect(id).toMatch(/^[A-Za-z0-9._-]{1,128}$/);
      expect(id).not.toBe(sent);
      ids.add(id);
    }
    expect(ids.size).toBe(5);
  });
});
