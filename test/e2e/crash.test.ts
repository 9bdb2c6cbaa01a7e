// Processes that die in the middle of a plan: nothing is lost, nothing is counted or dispatched twice.
import { type Client, createClient } from '@gradus/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { registerFleet, TO, UPGRADE } from '../support/fleet.js';
import { type Gradus, startGradus } from '../support/gradus.js';
import type { IndependentLcas } from '../support/independentLca.js';
import { wipeQueues } from '../support/namespace.js';
import { waitFor } from '../support/waitFor.js';

const AGENTS = 200;
const CONCURRENCY = 20;

let gradus: Gradus;
let client: Client;

beforeEach(async () => {
  // What was lost with a queue is asked for again after this.
  gradus = await startGradus({ workers: 1, env: { GRADUS_REDELIVER_RUNNING: '10s' } });
  client = createClient({ baseUrl: gradus.url, token: gradus.token });
});
afterEach(() => gradus.stop());

async function startPlan() {
  const { agentIds, lcas } = await registerFleet(client, AGENTS, {
    url: gradus.url,
    token: gradus.token,
    upgradeMs: 100,
    agentsPerLca: [1, 20],
    behave: ({ agentId }) => (agentId.endsWith('5') ? 'fail' : 'complete'),
  });
  lcas.start();
  const plan = await client.createPlan({
    ...UPGRADE,
    agentIds,
    batchSize: 100,
    concurrency: CONCURRENCY,
    failureThreshold: 0.5,
  });
  return { id: plan.id, lcas };
}

async function untilDone(id: string, atLeast: number) {
  await waitFor(async () => (await client.getPlanSummary(id)).counts.completed >= atLeast, {
    what: `${atLeast} agents to be done`,
    timeoutMs: 20_000,
  });
}

async function expectRightEnd(id: string, lcas: IndependentLcas) {
  await waitFor(async () => (await client.getPlanSummary(id)).status === 'completed', {
    what: 'the plan to end',
    timeoutMs: 90_000,
  });
  await lcas.stop();
  const { ledger } = lcas;
  const whole = await client.getPlan(id);
  expect(whole.counts).toMatchObject({ agents: AGENTS, completed: 180, failed: 20, pending: 0, running: 0 });
  expect(whole.batches.map((batch) => batch.failedCount)).toEqual([10, 10]);
  expect(ledger.breaches).toEqual([]);
  expect(ledger.maxHeldAtOnce()).toBeLessThanOrEqual(CONCURRENCY);
  expect(ledger.batchOverlaps(whole.batches.map((batch) => batch.agentIds))).toEqual([]);
  for (const task of whole.batches.flatMap((batch) => batch.tasks)) {
    expect(ledger.uuidsOf(task.agentId)).toEqual([task.lifecycleTaskUuid]);
    expect(ledger.timesExecuted(task.lifecycleTaskUuid)).toBe(1);
    expect(task.status).toBe(task.agentId.endsWith('5') ? 'failed' : 'completed');
    if (task.status === 'completed')
      expect(task).toMatchObject({ actualVersion: TO.version, actualRelease: TO.release });
  }
}

describe('the plan ends right after', { timeout: 120_000 }, () => {
  it('a worker is killed and another one started', async () => {
    const { id, lcas } = await startPlan();
    await untilDone(id, 30);
    await gradus.workers[0]?.kill('SIGKILL');
    await gradus.addWorker();
    await expectRightEnd(id, lcas);
  });

  it('the api is killed and started again', async () => {
    const { id, lcas } = await startPlan();
    await untilDone(id, 30);
    await gradus.restartApi('SIGKILL');
    await expectRightEnd(id, lcas);
  });

  it('both are killed at once, and started again', async () => {
    const { id, lcas } = await startPlan();
    await untilDone(id, 30);
    await Promise.all([gradus.workers[0]?.kill('SIGKILL'), gradus.restartApi('SIGKILL')]);
    await gradus.addWorker();
    await expectRightEnd(id, lcas);
  });

  it('every queue is wiped', async () => {
    const { id, lcas } = await startPlan();
    await untilDone(id, 30);
    expect(await wipeQueues(gradus.namespace)).toBeGreaterThan(0);
    await expectRightEnd(id, lcas);
  });

  it('a worker dies again and again', async () => {
    const { id, lcas } = await startPlan();
    for (const done of [20, 50, 110, 150]) {
      await untilDone(id, done);
      await gradus.workers.at(-1)?.kill('SIGKILL');
      await gradus.addWorker();
    }
    await expectRightEnd(id, lcas);
  });
});
