// Redis Cluster: a plan goes on, and ends right, though one of the masters dies meanwhile.
import { afterEach, beforeEach, describe, it } from 'vitest';
import { type Gradus, startGradus } from '../support/gradus.js';
import { type RedisCluster, startRedisCluster } from '../support/redisCluster.js';
import { canStartRedis } from '../support/redisNode.js';
import { waitFor } from '../support/waitFor.js';
import { startWatchedPlan } from '../support/watchedPlan.js';

const AGENTS = 100;
const REPLACED_WITHIN_MS = 30_000;

describe.skipIf(!canStartRedis)('on a Cluster a plan ends right after', { timeout: 120_000 }, () => {
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
  ])('the master of $whose is killed', async ({ tag }) => {
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
});
