// Ended plans are kept for as long as is set, and no longer.
import { createClient, isProblem } from '@gradus/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { registerFleet, UPGRADE } from '../support/fleet.js';
import { type Gradus, startGradus } from '../support/gradus.js';
import { waitFor } from '../support/waitFor.js';

let gradus: Gradus;

beforeAll(async () => {
  gradus = await startGradus({ env: { GRADUS_PLAN_RETENTION: '1s' } });
});
afterAll(() => gradus.stop());

it('deletes a plan that ended long enough ago, and leaves alone one that has not ended', async () => {
  const client = createClient({ baseUrl: gradus.url, token: gradus.token });
  const { agentIds } = await registerFleet(client, 2, { url: gradus.url, token: gradus.token, upgradeMs: 5 });
  const [ended, waiting] = await Promise.all(
    agentIds.map((agentId) => client.createPlan({ ...UPGRADE, agentIds: [agentId], autoStart: false })),
  );
  await client.cancelPlan(ended?.id ?? '');
  await waitFor(
    () =>
      client.getPlanSummary(ended?.id ?? '').then(
        () => false,
        (error: unknown) => isProblem(error, 'not-found'),
      ),
    { what: 'the ended plan to be gone', timeoutMs: 20_000 },
  );
  const told = await waitFor(
    () =>
      gradus.workers[0]?.log.find(
        ({ planId, msg }) => planId === ended?.id && msg.startsWith('plan deleted'),
      ),
    {
      what: 'the worker to say so',
    },
  );
  expect(told).toMatchObject({ actor: 'gradus' });
  expect((await client.getPlanSummary(waiting?.id ?? '')).status).toBe('pending');
  const listed: string[] = [];
  for await (const { id } of client.listPlans()) listed.push(id);
  expect(listed).toEqual([waiting?.id]);
});
