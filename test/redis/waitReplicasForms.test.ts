// Writes that are answered once replicas have them, where masters are replaced by others: Sentinel and Cluster.
import { afterEach, describe, expect, it } from 'vitest';
import { agentNames, ON_FROM } from '../support/agents.js';
import { startGradus } from '../support/gradus.js';
import { type Answer, type Ask, BASE, createAsk } from '../support/http.js';
import { expectProblem } from '../support/problems.js';
import { startRedisCluster } from '../support/redisCluster.js';
import { canStartRedis, type RedisNode } from '../support/redisNode.js';
import { untilFollowing } from '../support/redisReplicated.js';
import { startRedisSentinel } from '../support/redisSentinel.js';
import { waitFor } from '../support/waitFor.js';

const REPLACED_WITHIN_MS = 30_000;
const ENV = { GRADUS_WAIT_REPLICAS: '1', GRADUS_WAIT_TIMEOUT: '2s' };

const cleanUps: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function startGradusOn(redisUrl: string): Promise<{ ask: Ask }> {
  const gradus = await startGradus({ redisUrl, env: ENV, workers: 0 });
  cleanUps.push(() => gradus.stop());
  return { ask: createAsk(gradus) };
}

const agent = { lcaUuid: 'lca', components: [{ componentName: 'zmetis', ...ON_FROM }] };
const put = (ask: Ask, agentId: string) => ask('PUT', `${BASE}/agents/${agentId}`, { json: agent });

describe.skipIf(!canStartRedis)('where answers wait for a replica', { timeout: 120_000 }, () => {
  it('under Sentinel no other master vouches for what the one that was lost had taken', async () => {
    const sentinel = await startRedisSentinel(2);
    cleanUps.push(() => sentinel.stop());
    const { ask } = await startGradusOn(sentinel.url);
    expect((await put(ask, 'kept')).status).toBe(201);
    const before = await sentinel.master();
    const replicas = sentinel.servers.filter((node) => node !== before);
    const passwords = await Promise.all(
      replicas.map(async (node) => ((await node.ask('CONFIG', 'GET', 'masterauth')) as string[])[1] ?? ''),
    );
    const setPassword = (node: RedisNode, password: string) =>
      node.ask('CONFIG', 'SET', 'masterauth', password);
    await Promise.all(replicas.map((node) => setPassword(node, 'wrong')));
    await before.ask('CLIENT', 'KILL', 'TYPE', 'replica');

    const lines = new TransformStream<Uint8Array, Uint8Array>();
    const writer = lines.writable.getWriter();
    const line = (agentId: string) =>
      writer.write(new TextEncoder().encode(`${JSON.stringify({ agentId, ...agent })}\n`));
    const imported = ask('POST', `${BASE}/agents/import`, {
      body: lines.readable,
      headers: { 'content-type': 'application/x-ndjson' },
    });
    // An agent that comes a second time has all before it written.
    await line('forgotten');
    await line('twice');
    await line('twice');
    const read = (agentId: string) => ask('GET', `${BASE}/agents/${agentId}`);
    await waitFor(async () => (await read('forgotten')).status === 200, { what: 'the agent to be written' });

    await before.kill();
    await Promise.all(replicas.map((node, index) => setPassword(node, passwords[index] ?? '')));
    const after = await waitFor(
      async () => {
        const master = await sentinel.master();
        return master !== before && master;
      },
      { what: 'another master', timeoutMs: REPLACED_WITHIN_MS },
    );
    await Promise.all(replicas.filter((node) => node !== after).map(untilFollowing));
    await waitFor(async () => (await put(ask, 'later')).status < 300, {
      what: 'writes to be answered again',
      timeoutMs: REPLACED_WITHIN_MS,
    });
    await line('last');
    await writer.close();
    expectProblem(await imported, 503, 'unavailable');
    expect((await read('kept')).status).toBe(200);
    expectProblem(await read('forgotten'), 404, 'not-found');
  });

  it('on a Cluster the replicas of every master are waited for', async () => {
    const cluster = await startRedisCluster();
    cleanUps.push(() => cluster.stop());
    const { ask } = await startGradusOn(cluster.url);
    // So many that each master has some of them.
    const body = agentNames('many', 50)
      .map((agentId) => JSON.stringify({ agentId, ...agent }))
      .join('\n');
    const headers = { 'content-type': 'application/x-ndjson' };
    const importMany = () => ask('POST', `${BASE}/agents/import`, { body, headers });
    const untilEveryMasterHasAReplica = () =>
      waitFor(async () => (await importMany()).status === 200, {
        what: 'every master to have a replica',
        timeoutMs: REPLACED_WITHIN_MS,
      });
    await untilEveryMasterHasAReplica();
    // A replica that has only just come may fall behind once more.
    const own = { ...agent, lcaUuid: 'lca-a' };
    const putOwn = () => ask('PUT', `${BASE}/agents/a-0`, { json: own });
    await waitFor(async () => [200, 201].includes((await putOwn()).status), { what: 'an agent of its own' });
    const report = (): Promise<Answer> =>
      ask('POST', `${BASE}/lcas/lca-a/check-in`, { json: { reports: [{ agentId: 'a-0' }] } });
    for (const replica of cluster.nodes.slice(3)) {
      await replica.freeze();
      expectProblem(await put(ask, 'one'), 503, 'unavailable');
      expectProblem(await report(), 503, 'unavailable');
      replica.thaw();
      // The Cluster may have taken it for dead meanwhile.
      await waitFor(async () => (await put(ask, 'one')).status === 200, { what: 'its replica to be back' });
      expect((await report()).status).toBe(200);
    }

    // Its replica takes its place, and has none itself until the old master is back.
    const replaced = await cluster.masterOf('{a key of anybody}');
    await replaced.kill();
    await waitFor(async () => (await cluster.masterOf('{a key of anybody}')) !== replaced, {
      what: 'another master',
      timeoutMs: REPLACED_WITHIN_MS,
    });
    expectProblem(await importMany(), 503, 'unavailable');
    await replaced.start();
    await untilEveryMasterHasAReplica();
  });
});
