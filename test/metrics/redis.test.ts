// What the metrics say of a Redis that is full, and of one that is gone.
import { createClient } from '@gradus/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registerAgents } from '../support/agents.js';
import { UPGRADE } from '../support/fleet.js';
import { type Gradus, startGradus } from '../support/gradus.js';
import { BASE, createAsk } from '../support/http.js';
import { expectProblem } from '../support/problems.js';
import { canStartRedis, createRedisNode, type RedisNode } from '../support/redisNode.js';
import { waitFor } from '../support/waitFor.js';
import { metricsUrlOf, scrape } from './scrape.js';

/** Less than an empty server takes. */
const NOTHING = '512kb';
/** Less than Prometheus waits by default, and more than a loaded machine takes. */
const SCRAPED_WITHIN_MS = 8_000;

describe.skipIf(!canStartRedis)('a Redis that fails', () => {
  let redis: RedisNode;
  let gradus: Gradus;

  beforeAll(async () => {
    redis = await createRedisNode(({ port }) => ['--port', String(port), '--maxmemory-policy', 'noeviction']);
    await redis.start();
    gradus = await startGradus({
      workers: 0,
      redisUrl: `redis://127.0.0.1:${redis.port}`,
      env: { GRADUS_METRICS_PORT: '0' },
    });
  });
  afterAll(async () => {
    await gradus.stop();
    await redis.remove();
  });

  const read = async () =>
    scrape(await metricsUrlOf(gradus.api), { signal: AbortSignal.timeout(SCRAPED_WITHIN_MS) });

  it('that refuses writes is told from one that is away', async () => {
    const client = createClient({ baseUrl: gradus.url, token: gradus.token });
    const agentIds = await registerAgents(client, 'full', 1);
    const { id } = await client.createPlan({ ...UPGRADE, agentIds, autoStart: false });
    await redis.ask('CONFIG', 'SET', 'maxmemory', NOTHING);
    const start = await createAsk(gradus)('POST', `${BASE}/upgrade-plans/${id}/start`);
    expectProblem(start, 503, 'unavailable');
    const full = await read();
    expect(full.value('gradus_redis_command_errors_total', { kind: 'refused' })).toBeGreaterThan(0);
    expect(full.value('gradus_redis_command_errors_total', { kind: 'away' })).toBe(0);
    expect(full.value('gradus_redis_connected', { connection: 'store' })).toBe(1);
    await redis.ask('CONFIG', 'SET', 'maxmemory', '0');
  });

  it('that does not answer holds no scrape up, and what is not known any more is not told', async () => {
    expect((await read()).value('gradus_queue_jobs', { queue: 'plans', state: 'waiting' })).not.toBeNull();
    await redis.freeze();
    const frozen = await waitFor(
      async () => {
        const one = await read();
        return one.value('gradus_queue_jobs') === null && one;
      },
      { what: 'the queues to be unknown', timeoutMs: 2 * SCRAPED_WITHIN_MS },
    );
    expect(frozen.value('gradus_queue_oldest_job_age_seconds')).toBeNull();
    expect(frozen.value('gradus_plans')).toBeNull();
    expect(frozen.value('gradus_build_info', { app: 'api' })).toBe(1);
    redis.thaw();
  });

  it('that is gone leaves no connection', async () => {
    await redis.kill();
    await waitFor(async () => (await read()).sum('gradus_redis_connected') === 0, { what: 'no connection' });
  });
});
