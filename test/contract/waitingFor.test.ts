// What a plan says that it waits for, at each station on its way.
import { type Client, createClient } from '@gradus/client';
import type { WaitingFor } from '@gradus/domain';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { registerAgents } from '../support/agents.js';
import { UPGRADE } from '../support/fleet.js';
import { type Gradus, startGradus } from '../support/gradus.js';
import { createHandLca, ON_TARGET, reportOn } from '../support/handLca.js';
import { waitFor } from '../support/waitFor.js';

let gradus: Gradus;
let client: Client;

beforeAll(async () => {
  gradus = await startGradus({ env: { GRADUS_DISPATCH_RATE: '2' } });
  client = createClient({ baseUrl: gradus.url, token: gradus.token });
});
afterAll(() => gradus.stop());

const untilItWaits = (id: string, reason: WaitingFor['reason'], agents: number | null) =>
  waitFor(
    async () => {
      const { waitingFor } = await client.getPlanSummary(id);
      return waitingFor?.reason === reason && waitingFor.agents === agents && waitingFor;
    },
    { what: `${agents} agents to wait for ${reason}`, timeoutMs: 20_000 },
  );

it('an LCA that has not been heard of since the dispatch, an outcome, another attempt, the window', async () => {
  const agentIds = await registerAgents(client, 'way', 2);
  const { id } = await client.createPlan({
    ...UPGRADE,
    agentIds,
    maxAttempts: 2,
    taskTimeout: '20m',
    observeDuration: '1h',
  });
  const silent = await untilItWaits(id, 'lca-check-in', 2);
  const dispatchedAt = (await client.getBatch(id, 0)).tasks.map((task) => task.dispatchedAt ?? '').sort();
  expect(silent).toEqual({ reason: 'lca-check-in', agents: 2, since: dispatchedAt[0], until: null });

  const lca = createHandLca(client, 'lca-way');
  const [good, bad] = await lca.takeTasks(2);
  if (good === undefined || bad === undefined) throw new TypeError('two tasks were to come');
  await lca.checkIn([reportOn(good, 'running')]);
  const working = await untilItWaits(id, 'outcome', 1);
  expect(Date.parse(working.until ?? '')).toBe(Date.parse(dispatchedAt[0] ?? '') + 1_200_000);

  await lca.checkIn([reportOn(good, 'completed', ON_TARGET), reportOn(bad, 'failed')]);
  const between = await untilItWaits(id, 'outcome', 0);
  expect(Date.parse(between.until ?? '')).toBeGreaterThan(Date.now());

  await lca.checkIn([reportOn(await lca.takeTask(), 'completed', ON_TARGET)]);
  const observed = await untilItWaits(id, 'observe', null);
  const { batches } = await client.getPlanSummary(id);
  expect(observed).toEqual({
    reason: 'observe',
    agents: null,
    since: null,
    until: batches[0]?.observingUntil,
  });
});

it('the rate limit, while nothing of it is dispatched', async () => {
  const crowd = await registerAgents(client, 'crowd', 12);
  const late = await registerAgents(client, 'late', 2);
  const first = await client.createPlan({ ...UPGRADE, agentIds: crowd, batchSize: 12, concurrency: 12 });
  await waitFor(async () => (await client.getPlanSummary(first.id)).counts.running === 12, {
    what: 'the other plan to be released',
  });
  const { id } = await client.createPlan({ ...UPGRADE, agentIds: late });
  const limited = await untilItWaits(id, 'rate-limit', 2);
  expect(limited).toEqual({ reason: 'rate-limit', agents: 2, since: null, until: null });
  await untilItWaits(id, 'lca-check-in', 2);
});
