// Redis under Sentinel: a plan goes on, and ends right, though its master is replaced meanwhile.
import { afterEach, beforeEach, describe, it } from 'vitest';
import { type Gradus, startGradus } from '../support/gradus.js';
import { canStartRedis } from '../support/redisNode.js';
import { type RedisSentinel, startRedisSentinel } from '../support/redisSentinel.js';
import { waitFor } from '../support/waitFor.js';
import { startWatchedPlan } from '../support/watchedPlan.js';

const AGENTS = 100;
const REPLACED_WITHIN_MS = 30_000;

describe.skipIf(!canStartRedis)('under Sentinel a plan ends right after', { timeout: 120_000 }, () => {
  let sentinel: RedisSentinel;
  let gradus: Gradus;

  beforeEach(async () => {
    sentinel = await startRedisSentinel(1);
    gradus = await startGradus({ redisUrl: sentinel.url, env: { GRADUS_REDELIVER_RUNNING: '10s' } });
  });
  afterEach(async () => {
    await gradus.stop();
    await sentinel.stop();
  });

  it.each([
    { how: 'the master is killed', replace: async () => (await sentinel.master()).kill() },
    { how: 'the sentinels are told to replace the master', replace: () => sentinel.failOver() },
  ])('$how', async ({ replace }) => {
    const plan = await startWatchedPlan(gradus, AGENTS);
    await plan.untilDone(20);
    const before = await sentinel.master();
    await replace();
    await waitFor(async () => (await sentinel.master()) !== before, {
      what: 'another master',
      timeoutMs: REPLACED_WITHIN_MS,
    });
    await plan.expectRightEnd();
  });
});
