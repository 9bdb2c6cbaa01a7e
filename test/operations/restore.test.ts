// Redis is replaced by a backup that was taken in the middle of a plan: what the fleet puts right, and what it cannot.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@gradus/client';
import type { Plan } from '@gradus/domain';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../scripts/ports.mjs';
import { openShell } from '../start/shell.js';
import { registerAgents } from '../support/agents.js';
import { UPGRADE } from '../support/fleet.js';
import { type Gradus, startGradus } from '../support/gradus.js';
import { BASE, createAsk } from '../support/http.js';
import { expectProblem } from '../support/problems.js';
import { createRedisNode, type RedisNode } from '../support/redisNode.js';
import { type Relay, startRelay } from '../support/relay.js';
import { waitFor } from '../support/waitFor.js';
import { startWatchedPlan } from '../support/watchedPlan.js';
import { canFollow, runbook } from './runbook.js';

const PLANS = `${BASE}/upgrade-plans`;
const AGENTS = 40;
const BATCH = AGENTS / 2;
/** Of each ten agents of a watched plan one fails. */
const COMPLETED_OF_TEN = 9;

const databaseAt = ({ port }: { port: number }) => [
  ...['--port', String(port), '--appendonly', 'yes', '--maxmemory-policy', 'noeviction'],
];

describe.skipIf(!canFollow)('a Redis that is lost, and restored from a backup', { timeout: 120_000 }, () => {
  let folder: string;
  let lost: RedisNode;
  let restored: RedisNode;
  let address: Relay;
  let gradus: Gradus;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gradus-restore-'));
    lost = await createRedisNode(databaseAt);
    restored = await createRedisNode(databaseAt);
    await lost.start();
    address = await startRelay(lost.port);
    gradus = await startGradus({
      redisUrl: `redis://127.0.0.1:${address.port}`,
      env: { GRADUS_REDELIVER_DISPATCHED: '1s', GRADUS_REDELIVER_RUNNING: '1s' },
    });
  });
  afterAll(async () => {
    await gradus.stop();
    await address.stop();
    await Promise.all([lost.remove(), restored.remove()]);
    rmSync(folder, { recursive: true, force: true });
  });

  it('has the plan under way end right, each agent upgraded once, and forgets what came after the backup', async () => {
    const client = createClient({ baseUrl: gradus.url, token: gradus.token });
    const ask = createAsk(gradus);
    const shell = openShell(folder, folder);
    const [late = '', before = ''] = await registerAgents(client, 'spare', 2);
    const cancelled = await client.createPlan({ ...UPGRADE, agentIds: [before], autoStart: false });
    const create = {
      headers: { 'idempotency-key': 'after-the-backup' },
      json: { ...UPGRADE, agentIds: [late], autoStart: false },
    };

    let mayEndBelow = 10;
    const plan = await startWatchedPlan(gradus, AGENTS, {
      mayEnd: ({ agentId }) => Number(agentId.slice(1)) < mayEndBelow,
    });
    await plan.untilDone(COMPLETED_OF_TEN);
    const backup = join(folder, 'backup.rdb');
    const redisUrl = `redis://127.0.0.1:${lost.port}`;
    const checked = await shell(runbook('backup', { REDIS_URL: redisUrl, BACKUP: backup }));
    expect(checked).toContain('RDB looks OK');

    mayEndBelow = BATCH;
    await plan.untilDone(2 * COMPLETED_OF_TEN);
    const made = (await ask('POST', PLANS, create)).json as Plan;
    expect((await client.cancelPlan(cancelled.id)).status).toBe('cancelled');

    await Promise.all(gradus.workers.map((worker) => worker.kill('SIGTERM')));
    await lost.kill();
    await shell(
      runbook('restore', { BACKUP: backup, DATA: restored.folder, PORT: String(await freePort()) }),
    );
    await restored.start();
    address.leadTo(restored.port);
    await waitFor(async () => (await ask('POST', `${PLANS}:pause-all`)).status === 200, {
      what: 'the api to serve again',
      timeoutMs: 20_000,
    });

    // By hand: whoever sent it has to send it again.
    expectProblem(await ask('GET', `${PLANS}/${made.id}`), 404, 'not-found');
    expect((await ask('POST', PLANS, create)).status).toBe(200);
    expect((await client.getPlanSummary(cancelled.id)).status).toBe('pending');
    expect((await client.cancelPlan(cancelled.id)).status).toBe('cancelled');

    // By itself: the plan has gone back to its first batch, and its LCAs know better.
    expect(await client.getPlanSummary(plan.id)).toMatchObject({ status: 'paused', currentBatch: 0 });
    mayEndBelow = AGENTS;
    await gradus.addWorker();
    expect((await ask('POST', `${PLANS}:resume-all`)).json).toEqual({ plans: 1 });
    await plan.expectRightEnd(60_000);
  });
});
