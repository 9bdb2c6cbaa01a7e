// The threshold: judged in the step that counts, and counted exactly.
import { createClient } from '@gradus/client';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { registerFleet, UPGRADE } from '../support/fleet.js';
import { type Gradus, startGradus } from '../support/gradus.js';
import { waitFor } from '../support/waitFor.js';

let gradus: Gradus;

beforeEach(async () => {
  gradus = await startGradus({ workers: 2 });
});
afterEach(() => gradus.stop());

it('pauses at the failure after the last allowed one, and hands out not one task more', async () => {
  const client = createClient({ baseUrl: gradus.url, token: gradus.token });
  const failing = new Set(['a002', 'a005', 'a006']);
  const { agentIds, lcas } = await registerFleet(client, 20, {
    url: gradus.url,
    token: gradus.token,
    upgradeMs: 5,
    behave: ({ agentId }) => (failing.has(agentId) ? 'fail' : 'complete'),
  });
  lcas.start();
  const { id } = await client.createPlan({
    ...UPGRADE,
    agentIds,
    batchSize: 20,
    concurrency: 1,
    failureThreshold: 0.1,
  });
  const paused = await waitFor(
    async () => {
      const summary = await client.getPlanSummary(id);
      return summary.status === 'paused' && summary;
    },
    { what: 'the plan to pause' },
  );
  expect(paused.pauseReason).toMatch(/^Failure threshold exceeded: 3 of 20 failed, 2 allowed/);
  expect(paused.pausedAt).not.toBeNull();
  expect(paused.batches[0]).toMatchObject({
    status: 'running',
    failedCount: 3,
    allowedFailures: 2,
    counts: { completed: 4, failed: 3, pending: 13, running: 0 },
  });
  // Whatever the workers still do by themselves, they have done within two looks at the batch.
  const later = await waitFor(
    async () => {
      await client.checkIn('lca-7', { reports: [], wait: 12 });
      return client.getPlanSummary(id);
    },
    { what: 'the LCA next in line to wait in vain', timeoutMs: 30_000 },
  );
  await lcas.stop();
  expect(later.counts).toEqual(paused.counts);
  expect(lcas.ledger.firstHandOuts()).toEqual(agentIds.slice(0, 7));

  const resumed = await client.resumePlan(id);
  expect(resumed).toMatchObject({ status: 'running', pausedAt: null, pauseReason: null });
  expect(resumed.batches[0]).toMatchObject({ forgiven: 3, failedCount: 3 });
  lcas.start();
  const ended = await waitFor(
    async () => {
      const summary = await client.getPlanSummary(id);
      return summary.status === 'completed' && summary;
    },
    { what: 'the resumed plan to end' },
  );
  await lcas.stop();
  expect(ended.batches[0]).toMatchObject({ status: 'failed', failedCount: 3, forgiven: 3 });
  expect(ended.counts).toMatchObject({ completed: 17, failed: 3 });
});

it('counts each failed agent once, though every report comes twice and out of order', async () => {
  const client = createClient({ baseUrl: gradus.url, token: gradus.token });
  const { agentIds, lcas } = await registerFleet(client, 40, {
    url: gradus.url,
    token: gradus.token,
    upgradeMs: 10,
    agentsPerLca: [1, 5],
    reportTwice: true,
    shuffleReports: true,
    behave: ({ agentId }) =>
      agentId.endsWith('3') ? 'fail' : agentId.endsWith('7') ? 'false-success' : 'complete-then-facts',
  });
  lcas.start();
  const { id } = await client.createPlan({
    ...UPGRADE,
    agentIds,
    batchSize: 20,
    concurrency: 6,
    failureThreshold: 0.5,
  });
  await waitFor(async () => (await client.getPlanSummary(id)).status === 'completed', {
    what: 'the plan to end',
    timeoutMs: 25_000,
  });
  await lcas.stop();
  const whole = await client.getPlan(id);
  expect(lcas.ledger.breaches).toEqual([]);
  expect(lcas.ledger.maxHeldAtOnce()).toBeLessThanOrEqual(6);
  for (const batch of whole.batches) {
    expect(batch).toMatchObject({
      failedCount: 4,
      counts: { completed: 16, failed: 4, running: 0, pending: 0 },
    });
    for (const task of batch.tasks) {
      const failed = /[37]$/.test(task.agentId);
      expect(task.status).toBe(failed ? 'failed' : 'completed');
      if (task.agentId.endsWith('7')) {
        expect(task.error).toBe('upgrade failed: reports 1.2.0 release 215, not 1.3.0 release 221');
      }
    }
  }
});
