// What it costs Redis that lifecycle tasks wait for long to be dispatched, as under a rate limit they may.
import { createClient } from '@gradus/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { registerAgents } from '../support/agents.js';
import { UPGRADE } from '../support/fleet.js';
import { type Gradus, startGradus } from '../support/gradus.js';
import { canStartRedis, createRedisNode, type RedisNode } from '../support/redisNode.js';
import { waitFor } from '../support/waitFor.js';

const AGENTS = 600;
const DISPATCHED_A_SECOND = 20;
/** Longer than a task may wait before it is looked whether its job got lost. */
const DISPATCHED = DISPATCHED_A_SECOND * 15;
/** The lists of jobs are read by looks at the queues, not by each task that waits. */
const LISTS_READ_AT_MOST = AGENTS / 4;

let node: RedisNode;
let gradus: Gradus;

async function listsRead(): Promise<number> {
  const stats = String(await node.ask('INFO', 'commandstats'));
  return Number(/cmdstat_lrange:calls=(\d+)/.exec(stats)?.[1] ?? 0);
}

describe.skipIf(!canStartRedis)('of tasks that wait to be dispatched', () => {
  beforeAll(async () => {
    node = await createRedisNode(({ port }) => ['--port', String(port)]);
    await node.start();
    gradus = await startGradus({
      redisUrl: `redis://127.0.0.1:${node.port}`,
      env: { GRADUS_DISPATCH_RATE: String(DISPATCHED_A_SECOND) },
    });
  }, 60_000);
  afterAll(async () => {
    await gradus?.stop();
    await node?.remove();
  });

  test('none is looked for among all others before its turn', async () => {
    const client = createClient({ baseUrl: gradus.url, token: gradus.token });
    const agentIds = await registerAgents(client, 'waits', AGENTS);
    const before = await listsRead();
    const { id } = await client.createPlan({ ...UPGRADE, agentIds, batchSize: AGENTS, concurrency: AGENTS });
    await waitFor(
      async () => {
        const { tasks } = await client.getBatch(id, 0);
        return tasks.filter(({ status }) => status === 'dispatched').length >= DISPATCHED;
      },
      { what: 'half of the tasks to be dispatched', timeoutMs: 60_000 },
    );
    const read = (await listsRead()) - before;
    console.log('lists of jobs read:', read);
    expect(read).toBeGreaterThan(0);
    expect(read).toBeLessThan(LISTS_READ_AT_MOST);
  }, 90_000);
});
