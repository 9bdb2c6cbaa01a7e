// 503 unavailable: what the api answers while its Redis is away, and that it recovers by itself.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ON_FROM } from '../support/agents.js';
import { makeApiKey } from '../support/apiKeys.js';
import { ofOwnPage, signIn } from '../support/browserSession.js';
import { UPGRADE } from '../support/fleet.js';
import { type Ask, BASE, createAsk } from '../support/http.js';
import { expectProblem } from '../support/problems.js';
import { type RunningApp, startApp } from '../support/processes.js';
import { canStartRedis, createRedisNode, type RedisNode } from '../support/redisNode.js';
import { waitFor } from '../support/waitFor.js';

const ANSWERED_WITHIN_MS = 2_000;
const PLANS = `${BASE}/upgrade-plans`;

describe.skipIf(!canStartRedis)('while Redis is away', () => {
  const { token, key } = makeApiKey('admin');
  let redis: RedisNode;
  let api: RunningApp | undefined;
  let ask: Ask;

  beforeAll(async () => {
    redis = await createRedisNode(({ port }) => ['--port', String(port), '--appendonly', 'yes']);
    await redis.start();
    api = await startApp('api', {
      REDIS_URL: `redis://127.0.0.1:${redis.port}`,
      GRADUS_API_KEYS: JSON.stringify([key]),
      PORT: '0',
    });
    ask = createAsk({ url: String(api.ready['url']), token });
  });
  afterAll(async () => {
    await api?.kill('SIGTERM');
    await redis.remove();
  });

  it('answers every operation 503 in time, without Redis to ask; afterwards it serves again', async () => {
    const agent = { lcaUuid: 'lca', components: [{ componentName: 'zmetis', ...ON_FROM }] };
    expect((await ask('PUT', `${BASE}/agents/item1`, { json: agent })).status).toBe(201);
    expect((await ask('PUT', `${BASE}/agents/item2`, { json: agent })).status).toBe(201);
    const newPlan = (agentId: string) => ({ json: { ...UPGRADE, agentIds: [agentId], autoStart: false } });
    const created = await ask('POST', PLANS, newPlan('item1'));
    const { id } = created.json as { id: string };
    const waiting = ask('POST', `${BASE}/lcas/lca/check-in?wait=5`, { json: { reports: [] } });
    await ask('POST', `${BASE}/lcas/lca/check-in?wait=1`, { json: { reports: [] } });

    const url = String(api?.ready['url']);
    const cookie = await signIn({ url }, token);
    await redis.kill();
    const ofBrowser = { authorization: null, headers: { cookie, ...ofOwnPage(url) } };
    const reports = [{ agentId: 'item1', components: [] }];
    const requests: [method: string, path: string, asking: Parameters<Ask>[2]][] = [
      ['POST', PLANS, newPlan('item2')],
      ['GET', PLANS, {}],
      ['GET', `${PLANS}/${id}`, {}],
      ['GET', `${PLANS}/${id}?view=summary`, {}],
      ['GET', `${PLANS}/${id}/batches/0`, {}],
      ['GET', `${PLANS}/${id}/batches/0/tasks`, {}],
      ['POST', `${PLANS}/${id}/start`, {}],
      ['POST', `${PLANS}/${id}/pause`, {}],
      ['POST', `${PLANS}/${id}/resume`, {}],
      ['POST', `${PLANS}/${id}/promote`, {}],
      ['POST', `${PLANS}/${id}/cancel`, {}],
      ['PUT', `${BASE}/agents/item2`, { json: agent }],
      ['GET', `${BASE}/agents/item1`, {}],
      ['GET', `${BASE}/agents`, {}],
      ['DELETE', `${BASE}/agents/item2`, {}],
      ['POST', `${BASE}/lcas/lca/check-in`, { json: { reports } }],
      ['POST', `${BASE}/lcas/lca/check-in?wait=30`, { json: { reports: [] } }],
      ['GET', PLANS, ofBrowser],
      ['GET', '/session', ofBrowser],
      ['POST', '/session', { json: { token }, ...ofBrowser }],
      ['DELETE', '/session', ofBrowser],
      ['GET', '/queues/', ofBrowser],
      ['GET', '/readyz', {}],
    ];
    for (const [method, path, asking] of requests) {
      const began = performance.now();
      const answer = await ask(method, path, asking);
      expect(performance.now() - began, `${method} ${path}`).toBeLessThan(ANSWERED_WITHIN_MS);
      expectProblem(answer, 503, 'unavailable');
      expect(answer.headers.get('retry-after'), `${method} ${path}`).toMatch(/^[1-9]\d*$/);
    }
    expect((await ask('GET', '/healthz')).status).toBe(200);
    const unknown = await ask('GET', PLANS, { authorization: 'Bearer nobody' });
    expectProblem(unknown, 401, 'unauthenticated');

    await redis.start();
    const served = await waitFor(
      async () => {
        const answer = await ask('GET', `${PLANS}/${id}?view=summary`);
        return answer.status === 200 && answer;
      },
      { what: 'the api to serve again' },
    );
    expect(served.json).toMatchObject({ id, status: 'pending' });
    expect((await ask('GET', '/session', ofBrowser)).status).toBe(200);
    expect((await ask('GET', '/readyz')).status).toBe(200);
    // What was answered 503 may be repeated.
    const again = await waitFor(
      async () => {
        const answer = await ask('POST', PLANS, newPlan('item2'));
        return answer.status !== 503 && answer;
      },
      { what: 'a plan to be made' },
    );
    expect(again.status, again.text).toBe(200);
    expect((await ask('POST', `${PLANS}/${id}/start`)).status).toBe(200);
    expect((await ask('POST', `${BASE}/lcas/lca/check-in`, { json: { reports } })).status).toBe(200);
    // The long poll that was open meanwhile ends in its time, one way or the other.
    expect([200, 503]).toContain((await waiting).status);
  });
});
