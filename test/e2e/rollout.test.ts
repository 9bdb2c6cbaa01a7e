// A plan of 200 agents, driven by three workers and witnessed by LCAs that know the contract alone.
import { createClient } from '@gradus/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { registerFleet, TO, UPGRADE } from '../support/fleet.js';
import { type Gradus, startGradus } from '../support/gradus.js';
import { waitFor } from '../support/waitFor.js';

let gradus: Gradus;

beforeAll(async () => {
  gradus = await startGradus({ workers: 3 });
});
afterAll(() => gradus.stop());

it('upgrades 200 agents in batches, never more at once than its concurrency, each uuid once', async () => {
  const client = createClient({ baseUrl: gradus.url, token: gradus.token });
  const { agentIds, lcas } = await registerFleet(client, 200, {
    url: gradus.url,
    token: gradus.token,
    upgradeMs: 40,
    agentsPerLca: [1, 1, 7, 31],
  });
  lcas.start();
  const plan = await client.createPlan({ ...UPGRADE, agentIds, batchSize: 45, concurrency: 12 });
  const ended = await waitFor(
    async () => {
      const summary = await client.getPlanSummary(plan.id);
      expect(summary.counts.running).toBeLessThanOrEqual(12);
      return summary.completedAt !== null && summary;
    },
    { what: 'the plan to end', timeoutMs: 60_000 },
  );
  await lcas.stop();

  const { ledger } = lcas;
  expect(ended.status).toBe('completed');
  expect(ended.counts).toMatchObject({ agents: 200, completed: 200, failed: 0, pending: 0, running: 0 });
  expect(ended.batches.map(({ status, counts }) => [status, counts.completed])).toEqual([
    ['completed', 45],
    ['completed', 45],
    ['completed', 45],
    ['completed', 45],
    ['completed', 20],
  ]);
  expect(ledger.breaches).toEqual([]);
  expect(ledger.maxHeldAtOnce()).toBeLessThanOrEqual(12);
  expect(ledger.maxHeldAtOnce()).toBeGreaterThan(6);
  for (const agentId of agentIds) {
    const uuids = ledger.uuidsOf(agentId);
    expect(uuids).toHaveLength(1);
    expect(ledger.timesExecuted(uuids[0] ?? '')).toBe(1);
  }
  expect(ledger.batchOverlaps(plan.batches.map((batch) => batch.agentIds))).toEqual([]);

  const whole = await client.getPlan(plan.id);
  for (const task of whole.batches.flatMap((batch) => batch.tasks)) {
    expect(task).toMatchObject({ status: 'completed', actualVersion: TO.version, actualRelease: TO.release });
    expect(ledger.uuidsOf(task.agentId)).toEqual([task.lifecycleTaskUuid]);
  }
});
