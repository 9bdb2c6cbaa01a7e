// What making a plan costs where very many others upgrade to the same release.
import { type Client, createClient } from '@gradus/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { registerAgents } from '../support/agents.js';
import { commandsSoFar } from '../support/countedCommands.js';
import { UPGRADE } from '../support/fleet.js';
import { type Gradus, startGradus } from '../support/gradus.js';
import { canStartRedis, createRedisNode, type RedisNode } from '../support/redisNode.js';

const PLANS = 120;
const COUNTED = 20;
/** Of what the first ones cost. */
const AT_MOST = 1.1;

let node: RedisNode;
let gradus: Gradus;
let client: Client;
let agentIds: string[];

async function makePlan(index: number): Promise<string> {
  const agentId = agentIds[index] ?? '';
  return (await client.createPlan({ ...UPGRADE, agentIds: [agentId], autoStart: false })).id;
}

/** @returns their ids, and the commands for each */
async function makePlans(from: number, to: number) {
  const before = await commandsSoFar(node);
  const ids: string[] = [];
  for (let index = from; index < to; index += 1) ids.push(await makePlan(index));
  return { ids, commands: ((await commandsSoFar(node)) - before) / (to - from) };
}

async function usersKept(): Promise<number> {
  const users = String((await node.ask('HVALS', `${gradus.namespace}:{releases}:users`)) ?? '');
  return users.split(',').length;
}

describe.skipIf(!canStartRedis)('of many plans with one release', () => {
  beforeAll(async () => {
    node = await createRedisNode(({ port }) => ['--port', String(port)]);
    await node.start();
    gradus = await startGradus({ redisUrl: `redis://127.0.0.1:${node.port}`, workers: 0 });
    client = createClient({ baseUrl: gradus.url, token: gradus.token });
    agentIds = await registerAgents(client, 'one', PLANS + COUNTED * 2);
  }, 60_000);
  afterAll(async () => {
    await gradus?.stop();
    await node?.remove();
  });

  test('the last one takes no more commands than the first ones, and those that are over are forgotten', async () => {
    const first = await makePlans(0, COUNTED);
    const others = await makePlans(COUNTED, PLANS);
    const last = await makePlans(PLANS, PLANS + COUNTED);
    console.log('commands for a plan:', { first: first.commands, last: last.commands });
    expect(first.commands).toBeGreaterThan(1);
    expect(last.commands / first.commands).toBeLessThanOrEqual(AT_MOST);
    expect(await usersKept()).toBe(PLANS + COUNTED);
    for (const id of [...first.ids, ...others.ids]) await client.cancelPlan(id);
    await makePlans(PLANS + COUNTED, PLANS + COUNTED * 2);
    // Each new one has looked at some, in turn.
    expect(await usersKept()).toBeLessThan(PLANS);
  }, 60_000);
});
