// Redis Cluster: a plan goes on, and ends right, though one of the masters dies meanwhile.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Gradus, startGradus } from '../support/gradus.js';
import { BASE, createAsk } from '../support/http.js';
import { expectProblem } from '../support/problems.js';
import { type RedisCluster, startRedisCluster } from '../support/redisCluster.js';
import { canStartRedis } from '../support/redisNode.js';
import { waitFor } from '../support/waitFor.js';
import { startWatchedPlan } from '../support/watchedPlan.js';

const AGENTS = 100;
const REPLACED_WITHIN_MS = 30_000;
const ANSWERED_WITHIN_MS = 2_000;

describe.skipIf(!canStartRedis)('on a Cluster', { timeout: 120_000 }, () => {
  let cluster: RedisCluster;
  let gradus: Gradus;

  beforeEach(async () => {
    cluster = await startRedisCluster();
    gradus = await startGradus({ redisUrl: cluster.url, env: { GRADUS_REDELIVER_RUNNING: '10s' } });
  });
  afterEach(async () => {
    await gradus.stop();
    await cluster.stop();
  });

  it.each([
    { whose: 'the plan', tag: (planId: string) => planId },
    { whose: 'the queues', tag: () => gradus.namespace },
  ])('a plan ends right after the master of $whose is killed', async ({ tag }) => {
    const plan = await startWatchedPlan(gradus, AGENTS);
    await plan.untilDone(20);
    const key = `{${tag(plan.id)}}`;
    const before = await cluster.masterOf(key);
    await before.kill();
    await waitFor(async () => (await cluster.masterOf(key)) !== before, {
      what: 'the replica to take its place',
      timeoutMs: REPLACED_WITHIN_MS,
    });
    await plan.expectRightEnd();
  });

  it('every request is answered 503 in time while it is away, and 200 afterwards', async () => {
    const ask = createAsk({ url: gradus.url, token: gradus.token });
    await Promise.all(cluster.nodes.map((node) => node.kill()));
    // At first the client still tries; later it knows that there is nothing to try.
    for (let times = 0; times < 5; times += 1) {
      for (const [method, path] of [
        ['GET', `${BASE}/upgrade-plans`],
        ['GET', `${BASE}/agents/item1`],
        ['POST', `${BASE}/upgrade-plans:pause-all`],
        ['GET', '/readyz'],
      ] as const) {
        const began = performance.now();
        expectProblem(await ask(method, path), 503, 'unavailable');
        expect(performance.now() - began, `${method} ${path}`).toBeLessThan(ANSWERED_WITHIN_MS);
      }
    }
    await Promise.all(cluster.nodes.map((node) => node.start()));
    await waitFor(async () => (await ask('GET', `${BASE}/upgrade-plans`)).status === 200, {
      what: 'the api to serve again',
      timeoutMs: 30_000,
    });
  });
});
