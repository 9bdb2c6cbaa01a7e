// A power cut takes the last second of writes with it (`appendfsync everysec`): what becomes of what was answered in it.
import { readdirSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { type Client, createClient } from '@gradus/client';
import type { Plan } from '@gradus/domain';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { registerAgents } from '../support/agents.js';
import { UPGRADE } from '../support/fleet.js';
import { type Gradus, startGradus } from '../support/gradus.js';
import { createHandLca, type HandLca, ON_TARGET, reportOn } from '../support/handLca.js';
import { type Ask, BASE, createAsk } from '../support/http.js';
import { expectProblem } from '../support/problems.js';
import { canStartRedis, createRedisNode, type RedisNode } from '../support/redisNode.js';
import { createReplica, untilFollowing } from '../support/redisReplicated.js';
import { waitFor } from '../support/waitFor.js';

const PLANS = `${BASE}/upgrade-plans`;
const SERVED_AGAIN_WITHIN_MS = 30_000;

/** The log of writes, which is what Redis comes back with. */
function logOf({ folder }: RedisNode): string {
  const logs = join(folder, 'appendonlydir');
  const name = readdirSync(logs).find((file) => file.endsWith('.incr.aof'));
  return join(logs, name ?? expect.unreachable('Redis keeps no log'));
}

describe.skipIf(!canStartRedis)('in the second that a power cut takes', { timeout: 90_000 }, () => {
  let redis: RedisNode;
  let gradus: Gradus;
  let client: Client;
  let ask: Ask;
  let lca: HandLca;
  const cleanUps: (() => Promise<void>)[] = [];

  beforeEach(async () => {
    redis = await createRedisNode(({ port }) => [
      ...['--port', String(port), '--appendonly', 'yes', '--appendfsync', 'everysec'],
      // A rewritten log would be another file.
      ...['--auto-aof-rewrite-percentage', '0', '--repl-diskless-sync-delay', '0'],
    ]);
    cleanUps.push(() => redis.remove());
    await redis.start();
  });
  afterEach(async () => {
    for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
  });

  async function start(env: Record<string, string>): Promise<void> {
    gradus = await startGradus({ redisUrl: `redis://127.0.0.1:${redis.port}`, env });
    cleanUps.push(() => gradus.stop());
    client = createClient({ baseUrl: gradus.url, token: gradus.token });
    ask = createAsk(gradus);
    lca = createHandLca(client, 'lca-a');
  }

  /**
   * Runs it, and has Redis come back without all that was written meanwhile, as after a power cut that took just
   * that; returns once the api serves again.
   */
  async function forget<Answer>(run: () => Promise<Answer>): Promise<Answer> {
    const { size } = statSync(logOf(redis));
    const answer = await run();
    await redis.kill();
    truncateSync(logOf(redis), size);
    await redis.start();
    await waitFor(async () => (await ask('GET', PLANS)).status === 200, {
      what: 'the api to serve again',
      timeoutMs: SERVED_AGAIN_WITHIN_MS,
    });
    return answer;
  }

  const create = (key: string, agentIds: readonly string[]) =>
    ask('POST', PLANS, {
      json: { ...UPGRADE, agentIds, autoStart: false },
      headers: { 'idempotency-key': key },
    });

  it('outcomes were lost: their LCA says them again, and nothing is counted twice or run twice', async () => {
    await start({ GRADUS_REDELIVER_DISPATCHED: '20s', GRADUS_REDELIVER_RUNNING: '10s' });
    const agentIds = await registerAgents(client, 'a', 3);
    const { id } = await client.createPlan({ ...UPGRADE, agentIds, concurrency: 3, failureThreshold: 0.5 });
    const tasks = await lca.takeTasks(3);
    await lca.checkIn(tasks.map((task) => reportOn(task, 'running')));
    const summary = () => client.getPlanSummary(id);
    const isRunning = async (uuids: readonly string[]) => {
      const { batches } = await client.getPlan(id);
      return batches[0]?.tasks.every(
        (task) => task.status === 'running' && uuids.includes(task.lifecycleTaskUuid),
      );
    };
    const uuids = tasks.map(({ lifecycleTaskUuid }) => lifecycleTaskUuid);
    await waitFor(() => isRunning(uuids), { what: 'all to be running' });
    // A job that is still at work would come back after the cut, and put the handing out off.
    const reports = `{${gradus.namespace}}:reports:active`;
    await waitFor(async () => (await redis.ask('LLEN', reports)) === 0, { what: 'the reports to be done' });

    const say = () =>
      lca.checkIn(
        tasks.map((task, index) =>
          index === 0 ? reportOn(task, 'failed') : reportOn(task, 'completed', ON_TARGET),
        ),
      );
    const isRight = async () => {
      const { status, counts, batches } = await summary();
      return (
        status === 'completed' &&
        counts.completed === 2 &&
        counts.failed === 1 &&
        batches[0]?.failedCount === 1
      );
    };
    await forget(async () => {
      await say();
      await waitFor(isRight, { what: 'the plan to end' });
    });
    expect(await summary()).toMatchObject({ status: 'running', counts: { completed: 0, failed: 0 } });

    const again = await lca.takeTasks(3);
    expect(again.map(({ lifecycleTaskUuid }) => lifecycleTaskUuid).sort()).toEqual(uuids.toSorted());
    expect(again.map(({ attempt }) => attempt)).toEqual([1, 1, 1]);
    await say();
    await waitFor(isRight, { what: 'the plan to end once more' });
    expect((await lca.checkIn([])).tasks).toEqual([]);
  });

  it('commands and creates were lost: nobody gives them again but who gave them', async () => {
    await start({});
    const [first = '', second = ''] = await registerAgents(client, 'a', 2);
    const { id } = (await create('first', [first])).json as Plan;
    const made = await forget(async () => {
      expect((await client.cancelPlan(id)).status).toBe('cancelled');
      return (await create('second', [second])).json as Plan;
    });
    expect((await client.getPlanSummary(id)).status).toBe('pending');
    expectProblem(await ask('GET', `${PLANS}/${made.id}`), 404, 'not-found');
    const repeated = await create('second', [second]);
    expect(repeated.status, repeated.text).toBe(200);
    expect((await client.cancelPlan(id)).status).toBe('cancelled');
  });

  it('a replica has what was answered, and loses it too where its master comes back before it is replaced', async () => {
    const replica = await createReplica(redis.port);
    cleanUps.push(() => replica.remove());
    await replica.start();
    await untilFollowing(replica);
    await start({ GRADUS_WAIT_REPLICAS: '1', GRADUS_WAIT_TIMEOUT: '10s' });
    const [agentId = ''] = await registerAgents(client, 'a', 1);
    const header = (planId: string) => replica.ask('EXISTS', `${gradus.namespace}:{${planId}}:plan`);
    const { id } = await forget(async () => {
      const plan = (await create('held', [agentId])).json as Plan;
      expect(await header(plan.id)).toBe(1);
      return plan;
    });
    expectProblem(await ask('GET', `${PLANS}/${id}`), 404, 'not-found');
    await waitFor(async () => (await header(id)) === 0, {
      what: 'the replica to follow its master back',
      timeoutMs: SERVED_AGAIN_WITHIN_MS,
    });
  });
});
