// A Redis whose memory is full in the middle of a plan: writes are refused whole, and all goes on once there is room.
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@gradus/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openShell } from '../start/shell.js';
import { ON_FROM, registerAgents } from '../support/agents.js';
import { UPGRADE } from '../support/fleet.js';
import { type Gradus, startGradus } from '../support/gradus.js';
import { type Asking, BASE, createAsk } from '../support/http.js';
import { expectProblem } from '../support/problems.js';
import { createRedisNode, type RedisNode } from '../support/redisNode.js';
import { waitFor } from '../support/waitFor.js';
import { startWatchedPlan } from '../support/watchedPlan.js';
import { canFollow, runbook } from './runbook.js';

const PLANS = `${BASE}/upgrade-plans`;
/** Less than an empty server takes. */
const NOTHING = '512kb';

describe.skipIf(!canFollow)('a Redis without memory to spare', { timeout: 180_000 }, () => {
  let redis: RedisNode;
  let gradus: Gradus;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gradus-memory-'));
    redis = await createRedisNode(({ port }) => [
      ...['--port', String(port), '--appendonly', 'yes', '--maxmemory-policy', 'noeviction'],
    ]);
    await redis.start();
    gradus = await startGradus({
      workers: 2,
      redisUrl: `redis://127.0.0.1:${redis.port}`,
      env: {
        GRADUS_DISPATCH_RATE: '30',
        GRADUS_REDELIVER_DISPATCHED: '2s',
        GRADUS_REDELIVER_RUNNING: '2s',
      },
    });
  });
  afterAll(async () => {
    await gradus.stop();
    await redis.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  it('has every write answered 503 and done not at all, reads served, and plans go on afterwards', async () => {
    const client = createClient({ baseUrl: gradus.url, token: gradus.token });
    const ask = createAsk({ url: gradus.url, token: gradus.token });
    const plan = await startWatchedPlan(gradus, 200);
    const [spare = '', held = '', ended = ''] = await registerAgents(client, 'spare', 3);
    const waiting = await client.createPlan({ ...UPGRADE, agentIds: [held], autoStart: false });
    const over = await client.createPlan({ ...UPGRADE, agentIds: [ended], autoStart: false });
    await client.cancelPlan(over.id);
    await plan.untilDone(10);
    const agentsBefore = (await ask('GET', `${BASE}/agents?lcaUuid=lca-spare`)).json;

    await redis.ask('CONFIG', 'SET', 'maxmemory', NOTHING);
    const key = randomUUID();
    const create: Asking = {
      headers: { 'idempotency-key': key },
      json: { ...UPGRADE, agentIds: [spare], autoStart: false },
    };
    const facts = { lcaUuid: 'lca-spare', components: [{ componentName: 'zmetis', ...ON_FROM }] };
    const refused: [method: string, path: string, asking: Asking][] = [
      ['POST', PLANS, create],
      ['POST', PLANS, { json: { ...UPGRADE, agentIds: [spare], autoStart: false } }],
      ['POST', `${PLANS}/${waiting.id}/start`, {}],
      ['POST', `${PLANS}/${plan.id}/pause`, {}],
      ['PUT', `${BASE}/agents/new`, { json: facts }],
      [
        'POST',
        `${BASE}/lcas/lca-spare/check-in`,
        { json: { reports: [{ agentId: spare, components: [] }] } },
      ],
    ];
    for (const [method, path, asking] of refused) {
      const answer = await ask(method, path, asking);
      expectProblem(answer, 503, 'unavailable');
      expect(answer.headers.get('retry-after'), `${method} ${path}`).toMatch(/^[1-9]\d*$/);
    }
    await waitFor(() => gradus.workers.some(({ log }) => JSON.stringify(log).includes('OOM')), {
      what: 'the workers to be refused',
      timeoutMs: 20_000,
    });
    // A plan is read as one transaction, and a full server begins none.
    expectProblem(await ask('GET', `${PLANS}/${plan.id}`), 503, 'unavailable');
    expect((await ask('GET', `${BASE}/agents?lcaUuid=lca-spare`)).json).toEqual(agentsBefore);
    expect((await ask('GET', '/readyz')).status).toBe(200);
    // The way out where there is no more room.
    expect((await ask('DELETE', `${PLANS}/${over.id}`)).status).toBe(204);

    const shell = openShell(folder, folder);
    const said = await shell(
      runbook('memory', { REDIS_URL: `redis://127.0.0.1:${redis.port}`, MORE: '256mb' }),
    );
    expect(said).toContain('maxmemory_human:512.00K');
    // What was refused has left nothing behind, and the key's repeat makes one plan.
    const made = await waitFor(
      async () => {
        const answer = await ask('POST', PLANS, create);
        return answer.status === 200 && answer;
      },
      { what: 'the plan to be made', timeoutMs: 20_000 },
    );
    const { id } = made.json as { id: string };
    expect((await ask('POST', PLANS, create)).json).toMatchObject({ id });
    const listed: string[] = [];
    for await (const item of client.listPlans()) listed.push(item.id);
    expect(listed.toSorted()).toEqual([plan.id, waiting.id, id].toSorted());
    expect((await ask('POST', `${PLANS}/${waiting.id}/start`)).status).toBe(200);
    await plan.expectRightEnd();
  });
});
