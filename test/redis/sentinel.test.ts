// Redis under Sentinel: a plan goes on, and ends right, though its master is replaced meanwhile.
import { createClient } from '@gradus/client';
import { afterEach, beforeEach, describe, it } from 'vitest';
import { registerAgents } from '../support/agents.js';
import { type Gradus, startGradus } from '../support/gradus.js';
import { BASE, createAsk } from '../support/http.js';
import { expectProblem } from '../support/problems.js';
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
    // What was forgotten is asked for again after this.
    const env = { GRADUS_REDELIVER_DISPATCHED: '3s', GRADUS_REDELIVER_RUNNING: '5s' };
    gradus = await startGradus({ redisUrl: sentinel.url, env });
  });
  afterEach(async () => {
    await gradus.stop();
    await sentinel.stop();
  });

  it.each([
    { how: 'its master is killed', replace: async () => (await sentinel.master()).kill() },
    { how: 'the sentinels are told to replace its master', replace: () => sentinel.failOver() },
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

  it('its master is killed with writes that its replica never had: the LCAs say again what was forgotten', async () => {
    const client = createClient({ baseUrl: gradus.url, token: gradus.token });
    const ask = createAsk({ url: gradus.url, token: gradus.token });
    const plan = await startWatchedPlan(gradus, AGENTS);
    await plan.untilDone(20);
    const before = await sentinel.master();
    const replica = sentinel.servers.find((node) => node !== before);
    await replica?.ask('CONFIG', 'SET', 'masterauth', 'wrong');
    await before.ask('CLIENT', 'KILL', 'TYPE', 'replica');
    await waitFor(
      async () => String(await replica?.ask('INFO', 'replication')).includes('link_status:down'),
      {
        what: 'the replica to lose its master',
      },
    );
    const copied = (await client.getPlanSummary(plan.id)).counts.completed;
    const [forgotten = ''] = await registerAgents(client, 'forgotten', 1);
    await plan.untilDone(copied + 20);
    await before.kill();
    await waitFor(async () => (await sentinel.master()) === replica, {
      what: 'the replica to be the master',
      timeoutMs: REPLACED_WITHIN_MS,
    });
    // It was acknowledged, and is gone: so the plan has gone back too.
    const answer = await waitFor(
      async () => {
        const asked = await ask('GET', `${BASE}/agents/${forgotten}`);
        return asked.status !== 503 && asked;
      },
      { what: 'the api to serve again', timeoutMs: REPLACED_WITHIN_MS },
    );
    expectProblem(answer, 404, 'not-found');
    await plan.expectRightEnd();
  });
});
