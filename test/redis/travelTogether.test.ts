// Steps that are asked for at the same moment go to Redis together, and stand or fall each for itself.
import { openStore, type Store } from '@gradus/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agentNames, ON_FROM } from '../support/agents.js';
import { canStartRedis, createRedisNode, type RedisNode } from '../support/redisNode.js';
import { waitFor } from '../support/waitFor.js';

const AGENTS = 200;
const agentIds = agentNames('together', AGENTS);
const component = { componentName: 'zmetis', ...ON_FROM };

describe.skipIf(!canStartRedis)('steps of one moment', () => {
  let redis: RedisNode;
  let store: Store;

  beforeAll(async () => {
    redis = await createRedisNode(async ({ port }) => ['--port', String(port)]);
    await redis.start();
    store = await openStore({
      url: `redis://127.0.0.1:${redis.port}`,
      namespace: 'together',
      onError: () => undefined,
      onOutdated: () => undefined,
    });
    const input = { lcaUuid: 'lca', components: [component] };
    await store.inventory.putMany(agentIds.map((agentId) => ({ agentId, input })));
  });
  afterAll(async () => {
    await store.close();
    await redis.remove();
  });

  const scriptsRun = async () =>
    Number(/cmdstat_evalsha:calls=(\d+)/.exec(String(await redis.ask('INFO', 'commandstats')))?.[1]);

  const say = (actualVersion: string) =>
    Promise.allSettled(
      agentIds.map((agentId) =>
        store.inventory.recordFacts({
          agentId,
          lcaUuid: 'lca',
          takenAt: Date.now(),
          components: [{ componentName: 'zmetis', actualVersion }],
        }),
      ),
    );

  it('are few scripts, and each has its own answer', async () => {
    await say('1.2.1');
    const before = await scriptsRun();
    const said = await say('1.2.2');
    expect((await scriptsRun()) - before).toBeLessThanOrEqual(AGENTS / 40);
    const instances = said.map((one) =>
      one.status === 'fulfilled' && one.value.outcome === 'recorded' ? one.value.components : [],
    );
    expect(new Set(instances.map(([one]) => one?.componentInstanceUuid)).size).toBe(AGENTS);
    const versions = await Promise.all(agentIds.map((agentId) => store.inventory.get(agentId)));
    expect(new Set(versions.map((agent) => agent?.components[0]?.actualVersion))).toEqual(new Set(['1.2.2']));
  });

  it('have the connection look for the other master, where theirs is none any more', async () => {
    const connections = async () =>
      [...String(await redis.ask('CLIENT', 'LIST')).matchAll(/\bid=(\d+)/g)].map(([, id]) => id);
    const [first, second] = [await connections(), await connections()];
    // But for the one that asks.
    const kept = first.filter((id) => second.includes(id));
    await redis.ask('REPLICAOF', '127.0.0.1', '1');
    expect(new Set((await say('1.2.3')).map(({ status }) => status))).toEqual(new Set(['rejected']));
    await waitFor(
      async () => {
        const now = await connections();
        return kept.some((id) => !now.includes(id));
      },
      { what: 'the connection to be opened anew' },
    );
    await redis.ask('REPLICAOF', 'NO', 'ONE');
    await waitFor(async () => (await say('1.2.3')).every(({ status }) => status === 'fulfilled'), {
      what: 'steps to be taken again',
    });
  });

  it('do not fail with the one among them that does', async () => {
    const [broken = '', ...others] = agentIds;
    for (const key of (await redis.ask('KEYS', '*:records')) as string[]) {
      if ((await redis.ask('HEXISTS', key, broken)) === 1) await redis.ask('HSET', key, broken, 'no JSON');
    }
    const said = await say('1.2.3');
    expect(said.map(({ status }) => status)).toEqual(['rejected', ...others.map(() => 'fulfilled')]);
    const read = await Promise.all(others.map((agentId) => store.inventory.get(agentId)));
    expect(new Set(read.map((agent) => agent?.components[0]?.actualVersion))).toEqual(new Set(['1.2.3']));
  });
});
