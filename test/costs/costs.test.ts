// What a task costs Redis, in what can be counted: commands, those inside of scripts among them, and bytes. Where one
// of these grows, it is to be known and wanted.
import { createClient } from '@gradus/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commandsSoFar } from '../support/countedCommands.js';
import { registerFleet, UPGRADE } from '../support/fleet.js';
import { type Gradus, startGradus } from '../support/gradus.js';
import { canStartRedis, createRedisNode, type RedisNode } from '../support/redisNode.js';
import { waitFor } from '../support/waitFor.js';

const AGENTS = 1_000;
const AGENTS_PER_LCA = 250;

/**
 * Some 15 % above what was counted again and again: 116 commands, 550 bytes once it is planned and 1,350 once it has
 * ended, task events and all. What comes together travels in one script, so that a slow machine
 * makes fewer commands of the same; its looks at a clock make more.
 */
const AT_MOST = { commands: 133, bytesPlanned: 640, bytesEnded: 1_550 };

let node: RedisNode;
let gradus: Gradus;
const found = { commands: 0, bytesPlanned: 0, bytesEnded: 0 };

/** Bytes of all keys: what the server needs beside them varies. */
async function bytesOfKeys(): Promise<number> {
  return Number(/used_memory_dataset:(\d+)/.exec(String(await node.ask('INFO', 'memory')))?.[1]);
}

describe.skipIf(!canStartRedis)(`of ${AGENTS} tasks of gateways, each costs`, () => {
  beforeAll(async () => {
    node = await createRedisNode(({ port }) => ['--port', String(port)]);
    await node.start();
    gradus = await startGradus({
      redisUrl: `redis://127.0.0.1:${node.port}`,
      env: { GRADUS_DISPATCH_RATE: '0' },
    });
    const { url, token } = gradus;
    const client = createClient({ baseUrl: url, token });
    const { agentIds, lcas } = await registerFleet(client, AGENTS, {
      ...{ url, token },
      upgradeMs: 0,
      agentsPerLca: [AGENTS_PER_LCA],
    });
    const bytesBefore = await bytesOfKeys();
    const plan = { ...UPGRADE, agentIds, batchSize: AGENTS, concurrency: AGENTS_PER_LCA, autoStart: false };
    const { id } = await client.createPlan(plan);
    found.bytesPlanned = ((await bytesOfKeys()) - bytesBefore) / AGENTS;
    lcas.start();
    const commandsBefore = await commandsSoFar(node);
    await client.startPlan(id);
    await waitFor(async () => (await client.getPlanSummary(id)).status === 'completed', {
      what: 'the plan to be completed',
      timeoutMs: 60_000,
    });
    found.commands = ((await commandsSoFar(node)) - commandsBefore) / AGENTS;
    await lcas.stop();
    found.bytesEnded = ((await bytesOfKeys()) - bytesBefore) / AGENTS;
    console.log('per task:', found);
  }, 120_000);
  afterAll(async () => {
    await gradus?.stop();
    await node?.remove();
  });

  test.each(Object.entries(AT_MOST))('%s: no more than %d', (name, most) => {
    const value = found[name as keyof typeof found];
    expect(value).toBeGreaterThan(most / 3);
    expect(value).toBeLessThanOrEqual(most);
  });
});
