// onThreshold "rollback": too many failures fail the plan, and what it upgraded goes back by itself.
import { type Client, createClient, ProblemError } from '@gradus/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { registerFleet, UPGRADE } from '../support/fleet.js';
import { type Gradus, startGradus } from '../support/gradus.js';
import { BASE, createAsk } from '../support/http.js';
import type { IndependentLcas } from '../support/independentLca.js';
import { waitFor } from '../support/waitFor.js';

let gradus: Gradus;
let client: Client;
let lcas: IndependentLcas;
let agentIds: string[];

beforeAll(async () => {
  gradus = await startGradus({ workers: 2 });
  client = createClient({ baseUrl: gradus.url, token: gradus.token });
  ({ agentIds, lcas } = await registerFleet(client, 12, {
    url: gradus.url,
    token: gradus.token,
    upgradeMs: 300,
    behave: ({ agentId, toVersion }) => (agentId === 'a005' && toVersion === '1.3.0' ? 'fail' : 'complete'),
  }));
  lcas.start();
});
afterAll(async () => {
  await lcas.stop();
  await gradus.stop();
});

it('fails the plan once nothing of it is open, and takes every upgraded agent back', async () => {
  const { id } = await client.createPlan({
    ...UPGRADE,
    agentIds,
    batchSize: 4,
    concurrency: 3,
    failureThreshold: 0,
    onThreshold: 'rollback',
  });
  const paused = await waitFor(
    async () => {
      const summary = await client.getPlanSummary(id);
      return summary.status !== 'pending' && summary.status !== 'running' && summary;
    },
    { what: 'the threshold to be exceeded' },
  );
  if (paused.status === 'paused') {
    const refused = await client.resumePlan(id).catch((error: unknown) => error);
    if (refused instanceof ProblemError) expect(refused.code).toBe('illegal-transition');
    expect(paused.counts.pending).toBe(0);
  }
  const failed = await waitFor(
    async () => {
      const summary = await client.getPlanSummary(id);
      return summary.status === 'failed' && summary;
    },
    { what: 'the plan to fail' },
  );
  expect(failed.error).toMatch(
    /^rolled back by plan-[0-9a-f-]{36}: Failure threshold exceeded: 1 of 4 failed/,
  );
  expect(failed.batches.map(({ status }) => status)).toEqual(['completed', 'cancelled', 'cancelled']);
  expect(failed.counts).toMatchObject({ pending: 0, running: 0, failed: 1 });

  const { json } = await createAsk(gradus)('GET', `${BASE}/upgrade-plans/${id}/events?limit=1000`);
  const { items } = json as { items: { type: string; detail: string | null }[] };
  expect(items.find(({ type }) => type === 'plan.failed')?.detail).toBe(failed.error);

  const rollbackId = /plan-[0-9a-f-]{36}/.exec(failed.error ?? '')?.[0] ?? '';
  const back = await waitFor(
    async () => {
      const summary = await client.getPlanSummary(rollbackId);
      return summary.status === 'completed' && summary;
    },
    { what: 'the rollback to end' },
  );
  expect(back).toMatchObject({
    sourcePlanUuid: id.slice('plan-'.length),
    createdBy: 'gradus',
    toVersion: '1.2.0',
    toRelease: '215',
    onThreshold: 'pause',
  });
  expect(back.counts.agents).toBe(failed.counts.completed);
  expect(back.counts.completed).toBe(failed.counts.completed);
  for (const agentId of agentIds) {
    const { components } = await client.getAgent(agentId);
    expect(components[0]).toMatchObject({ actualVersion: '1.2.0', actualRelease: '215' });
  }
  expect(lcas.ledger.breaches).toEqual([]);
});
