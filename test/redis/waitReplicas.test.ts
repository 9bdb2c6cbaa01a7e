// Writes that are answered once a replica has them (`GRADUS_WAIT_REPLICAS`), on one server with a replica.
import { type Client, createClient } from '@gradus/client';
import type { Plan } from '@gradus/domain';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startNetwork } from '../chaos/network.js';
import { ON_FROM, registerAgents } from '../support/agents.js';
import { ofOwnPage, signIn } from '../support/browserSession.js';
import { UPGRADE } from '../support/fleet.js';
import { type Gradus, startGradus } from '../support/gradus.js';
import { createHandLca, ON_TARGET, reportOn } from '../support/handLca.js';
import { type Answer, type Ask, BASE, createAsk } from '../support/http.js';
import { expectProblem } from '../support/problems.js';
import { canStartRedis } from '../support/redisNode.js';
import { type RedisReplicated, startRedisReplicated, untilCaughtUp } from '../support/redisReplicated.js';
import { type Relay, startRelay } from '../support/relay.js';
import { waitFor } from '../support/waitFor.js';

const PLANS = `${BASE}/upgrade-plans`;

const PATIENT = { GRADUS_WAIT_REPLICAS: '1', GRADUS_WAIT_TIMEOUT: '10s' };

function expectUnconfirmed(answer: Answer): void {
  expectProblem(answer, 503, 'unavailable', { detail: expect.stringContaining('enough replicas') });
  expect(answer.headers.get('retry-after')).toBe('1');
  // Nothing of the answer that it was to be.
  expect(answer.headers.get('etag')).toBeNull();
}

describe.skipIf(!canStartRedis)('with a replica that stands still', { timeout: 90_000 }, () => {
  let redis: RedisReplicated;
  let gradus: Gradus;
  let client: Client;
  let ask: Ask;

  beforeAll(async () => {
    redis = await startRedisReplicated();
    const env = {
      GRADUS_WAIT_REPLICAS: '1',
      GRADUS_REDELIVER_DISPATCHED: '1s',
      GRADUS_REDELIVER_RUNNING: '1s',
    };
    gradus = await startGradus({ redisUrl: redis.url, env });
    client = createClient({ baseUrl: gradus.url, token: gradus.token });
    ask = createAsk(gradus);
  });
  afterAll(async () => {
    redis.replica.thaw();
    await gradus.stop();
    await redis.stop();
  });

  const stoppedPlan = async (agentId: string) =>
    (await client.createPlan({ ...UPGRADE, agentIds: [agentId], autoStart: false })).id;

  it('every write is answered 503 in time, stands all the same, and is found by whoever repeats it', async () => {
    const [fresh = '', cancelled = '', deleted = '', retried = ''] = await registerAgents(client, 'a', 4);
    const toCancel = await stoppedPlan(cancelled);
    const toDelete = await stoppedPlan(deleted);
    const toRollBack = await stoppedPlan(retried);
    await client.cancelPlan(toDelete);
    await client.cancelPlan(toRollBack);
    const agent = { lcaUuid: 'lca-a', components: [{ componentName: 'zmetis', ...ON_FROM }] };
    const ndjson = { 'content-type': 'application/x-ndjson' };
    const put = () => ask('PUT', `${BASE}/agents/put`, { json: agent });
    const writes = {
      create: () =>
        ask('POST', PLANS, {
          json: { ...UPGRADE, agentIds: [fresh], autoStart: false },
          headers: { 'idempotency-key': 'fresh' },
        }),
      cancel: () => ask('POST', `${PLANS}/${toCancel}/cancel`, { json: {} }),
      'emergency stop': () => ask('POST', `${PLANS}:pause-all`),
      put,
      import: () =>
        ask('POST', `${BASE}/agents/import`, {
          body: JSON.stringify({ agentId: 'line', ...agent }),
          headers: ndjson,
        }),
      'check-in': () =>
        ask('POST', `${BASE}/lcas/lca-a/check-in`, { json: { reports: [{ agentId: fresh }] } }),
    };
    const deletePlan = () => ask('DELETE', `${PLANS}/${toDelete}`);

    await redis.replica.freeze();
    const began = performance.now();
    for (const write of [...Object.values(writes), deletePlan]) expectUnconfirmed(await write());
    // A second each is what GRADUS_WAIT_TIMEOUT is by default.
    const each = (performance.now() - began) / 7;
    expect(each).toBeGreaterThan(800);
    expect(each).toBeLessThan(5_000);
    redis.replica.thaw();

    for (const [what, write] of Object.entries(writes)) {
      expect((await write()).status, what).toBe(200);
    }
    const plans = (await ask('GET', `${PLANS}?agentId=${fresh}`)).json as { items: Plan[] };
    expect(plans.items.map(({ id }) => id)).toEqual([((await writes.create()).json as Plan).id]);
    expect((await client.getPlanSummary(toCancel)).status).toBe('cancelled');
    expectProblem(await deletePlan(), 404, 'not-found');
  });

  it('nobody is told to be signed out whom a failover would sign in again', async () => {
    const session = {
      authorization: null,
      headers: { cookie: await signIn(gradus, gradus.token), ...ofOwnPage(gradus.url) },
    };
    await redis.replica.freeze();
    const answer = await ask('DELETE', '/session', session);
    expectUnconfirmed(answer);
    expect(answer.headers.get('set-cookie')).toBeNull();
    redis.replica.thaw();
    expect((await ask('DELETE', '/session', session)).status).toBe(204);
  });

  it('what is only asked is answered as ever', async () => {
    const [agentId = ''] = await registerAgents(client, 'read', 1);
    const planId = await stoppedPlan(agentId);
    await redis.replica.freeze();
    const json = { ...UPGRADE, agentIds: [agentId] };
    for (const asked of [
      ask('GET', PLANS),
      ask('GET', `${PLANS}/${planId}`),
      ask('GET', `${PLANS}/${planId}/events`),
      ask('GET', `${BASE}/agents/${agentId}`),
      ask('HEAD', PLANS),
      ask('POST', `${BASE}/lcas/lca-read/check-in`, { json: { reports: [] } }),
    ]) {
      expect((await asked).status, (await asked).path).toBe(200);
    }
    expectProblem(await ask('POST', `${PLANS}?dryRun=true`, { json }), 409, 'agents-busy', {
      conflicts: [{ agentId, planId }],
      conflictCount: 1,
    });
    redis.replica.thaw();
    await client.cancelPlan(planId);
    await redis.replica.freeze();
    expect((await ask('POST', `${PLANS}?dryRun=true`, { json })).status).toBe(200);
    redis.replica.thaw();
  });

  it('an LCA is handed nothing that a failover would forget, and has it later', async () => {
    const [agentId = ''] = await registerAgents(client, 'handed', 1);
    await redis.replica.freeze();
    // It stands though it is answered 503, and its worker dispatches the task.
    expectUnconfirmed(await ask('POST', PLANS, { json: { ...UPGRADE, agentIds: [agentId] } }));
    const checkIn = (wait: number) =>
      ask('POST', `${BASE}/lcas/lca-handed/check-in?wait=${wait}`, { json: { reports: [] } });
    expectUnconfirmed(await checkIn(20));
    redis.replica.thaw();
    const answer = await checkIn(20);
    expect(answer.json).toMatchObject({ tasks: [{ agentId, attempt: 1 }] });
  });

  it('nothing is asked of Redis, and nobody waits, where no replica is demanded', async () => {
    const free = await startGradus({ redisUrl: redis.url });
    const freeClient = createClient({ baseUrl: free.url, token: free.token });
    const lca = createHandLca(freeClient, 'lca-free');
    try {
      await redis.replica.freeze();
      await redis.master.ask('CONFIG', 'RESETSTAT');
      const agentIds = await registerAgents(freeClient, 'free', 1);
      const { id } = await freeClient.createPlan({ ...UPGRADE, agentIds });
      await lca.checkIn([reportOn(await lca.takeTask(), 'completed', ON_TARGET)]);
      await waitFor(async () => (await freeClient.getPlanSummary(id)).status === 'completed', {
        what: 'the plan to end',
      });
      const stats = String(await redis.master.ask('INFO', 'commandstats'));
      expect(stats).toContain('cmdstat_evalsha');
      expect(stats).not.toContain('cmdstat_wait');
      expect(await redis.master.ask('KEYS', `${free.namespace}:{written:*`)).toEqual([]);
    } finally {
      redis.replica.thaw();
      await free.stop();
    }
  });
});

describe.skipIf(!canStartRedis)(
  'what was answered when the master is killed right after',
  { timeout: 120_000 },
  () => {
    it.each([
      { how: 'is kept by the replica that takes its place', env: PATIENT, lagMs: 1_000, isKept: true },
      { how: 'is lost with it where no replica is waited for', env: {}, lagMs: 10_000, isKept: false },
    ])('$how', async ({ env, lagMs, isKept }) => {
      const networks: Awaited<ReturnType<typeof startNetwork>>[] = [];
      const redis = await startRedisReplicated(async (masterPort) => {
        networks.push(await startNetwork(masterPort));
        return Number(new URL(networks[0]?.url ?? '').port);
      });
      const GRADUS_NAMESPACE = 'failover';
      const before = await startGradus({ redisUrl: redis.url, env: { ...env, GRADUS_NAMESPACE } });
      const client = createClient({ baseUrl: before.url, token: before.token });
      const [upgraded = '', cancelled = '', made = ''] = await registerAgents(client, 'a', 3);
      const lca = createHandLca(client, 'lca-a');
      const upgrade = await client.createPlan({ ...UPGRADE, agentIds: [upgraded] });
      const task = await lca.takeTask();
      const plan = { ...UPGRADE, autoStart: false };
      const toCancel = await client.createPlan({ ...plan, agentIds: [cancelled] });

      // What it had in hand would be taken up again only once it is taken for dead.
      await Promise.all(before.workers.map((worker) => worker.kill('SIGTERM')));
      await untilCaughtUp(redis);
      networks[0]?.delay(lagMs);
      const [{ id }] = await Promise.all([
        client.createPlan({ ...plan, agentIds: [made] }),
        client.cancelPlan(toCancel.id),
        lca.checkIn([reportOn(task, 'completed', ON_TARGET)]),
      ]);
      await redis.master.kill();
      await redis.replica.ask('REPLICAOF', 'NO', 'ONE');
      // With Redis gone it would take its time to stop.
      await before.api.kill('SIGKILL');

      const redisUrl = `redis://127.0.0.1:${redis.replica.port}`;
      const after = await startGradus({ redisUrl, env: { GRADUS_NAMESPACE }, workers: isKept ? 1 : 0 });
      try {
        const ask = createAsk(after);
        const statusOf = async (planId: string) =>
          ((await ask('GET', `${PLANS}/${planId}`)).json as Plan).status;
        expect((await ask('GET', `${PLANS}/${id}`)).status).toBe(isKept ? 200 : 404);
        expect(await statusOf(toCancel.id)).toBe(isKept ? 'cancelled' : 'pending');
        if (!isKept) expect(await statusOf(upgrade.id)).toBe('running');
        else {
          await waitFor(async () => (await statusOf(upgrade.id)) === 'completed', {
            what: 'the report to be applied',
          });
        }
      } finally {
        await after.stop();
        await Promise.all(networks.map((network) => network.stop()));
        await redis.stop();
      }
    });
  },
);

describe.skipIf(!canStartRedis)('with two masters at one address', { timeout: 60_000 }, () => {
  const masters: RedisReplicated[] = [];
  let relay: Relay;
  let gradus: Gradus;

  beforeAll(async () => {
    masters.push(await startRedisReplicated(), await startRedisReplicated());
    relay = await startRelay(masters[0]?.master.port ?? 0);
    const redisUrl = `redis://127.0.0.1:${relay.port}`;
    gradus = await startGradus({ redisUrl, env: { GRADUS_WAIT_REPLICAS: '1' }, workers: 0 });
  });
  afterAll(async () => {
    await gradus.stop();
    await relay.stop();
    await Promise.all(masters.map((one) => one.stop()));
  });

  it('the replica of the one does not vouch for what was written to the other', async () => {
    const ask = createAsk(gradus);
    const json = { lcaUuid: 'lca', components: [{ componentName: 'zmetis', ...ON_FROM }] };
    const put = () => ask('PUT', `${BASE}/agents/item1`, { json });
    // Those that write stand already; the one that waits is opened with the first write.
    relay.leadTo(masters[1]?.master.port ?? 0);
    expectUnconfirmed(await put());
    relay.leadTo(masters[0]?.master.port ?? 0);
    expect(await waitFor(async () => (await put()).status === 200, { what: 'one master again' })).toBe(true);
  });
});
