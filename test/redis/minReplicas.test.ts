// A master that may not write without a replica: refusals are 503, and nothing is acknowledged meanwhile.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ON_FROM } from '../support/agents.js';
import { type Gradus, startGradus } from '../support/gradus.js';
import { BASE, createAsk } from '../support/http.js';
import { expectProblem } from '../support/problems.js';
import { canStartRedis, createRedisNode, type RedisNode } from '../support/redisNode.js';

describe.skipIf(!canStartRedis)('a Redis with min-replicas-to-write', () => {
  let redis: RedisNode;
  let gradus: Gradus;

  beforeAll(async () => {
    redis = await createRedisNode(({ port }) => ['--port', String(port), '--appendonly', 'yes']);
    await redis.start();
    gradus = await startGradus({ redisUrl: `redis://127.0.0.1:${redis.port}` });
  });
  afterAll(async () => {
    await gradus.stop();
    await redis.remove();
  });

  it('has writes answered 503 while it has no replica, and reads served', async () => {
    const ask = createAsk({ url: gradus.url, token: gradus.token });
    const put = () => {
      const json = { lcaUuid: 'lca', components: [{ componentName: 'zmetis', ...ON_FROM }] };
      return ask('PUT', `${BASE}/agents/item1`, { json });
    };
    await redis.ask('CONFIG', 'SET', 'min-replicas-to-write', '1');
    expectProblem(await put(), 503, 'unavailable');
    const reports = [{ agentId: 'item1', components: [] }];
    const checkIn = await ask('POST', `${BASE}/lcas/lca/check-in`, { json: { reports } });
    expectProblem(checkIn, 503, 'unavailable');
    expect((await ask('GET', `${BASE}/agents`)).json).toMatchObject({ items: [] });
    await redis.ask('CONFIG', 'SET', 'min-replicas-to-write', '0');
    expect((await put()).status).toBe(201);
  });
});
