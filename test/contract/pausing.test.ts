// Pause and resume. The rate limit is one task a second, so that some are queued when the pause comes.
import { type Client, createClient } from '@gradus/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { registerAgents } from '../support/agents.js';
import { UPGRADE } from '../support/fleet.js';
import { type Gradus, startGradus } from '../support/gradus.js';
import { createHandLca, ON_TARGET, reportOn } from '../support/handLca.js';
import { waitFor } from '../support/waitFor.js';

let gradus: Gradus;
let client: Client;

beforeAll(async () => {
  gradus = await startGradus({ env: { GRADUS_DISPATCH_RATE: '1' } });
  client = createClient({ baseUrl: gradus.url, token: gradus.token });
});
afterAll(() => gradus.stop());

it('pauses what is queued, lets go on what the LCA has, and resumes', async () => {
  const agentIds = await registerAgents(client, 'pause', 12);
  const { id } = await client.createPlan({ ...UPGRADE, agentIds, batchSize: 12, concurrency: 10 });
  const lca = createHandLca(client, 'lca-pause');
  const tasks = async (status: string) =>
    (await client.getBatch(id, 0)).tasks.filter((task) => task.status === status);
  const untilCompleted = (count: number) =>
    waitFor(
      async () => {
        const summary = await client.getPlanSummary(id);
        return summary.counts.completed === count && summary;
      },
      { what: `${count} outcomes to be counted` },
    );
  const held = [await lca.takeTask()];
  expect((await tasks('queued')).length).toBeGreaterThanOrEqual(2);

  const paused = await client.pausePlan(id, { reason: 'lunch' });
  expect(paused).toMatchObject({
    status: 'paused',
    pauseReason: 'lunch',
    pausedAt: expect.any(String),
    waitingFor: { reason: 'operator' },
  });
  expect(await tasks('queued')).toEqual([]);
  const pending = await tasks('pending');
  expect(pending.length).toBeGreaterThanOrEqual(4);
  expect(await client.pausePlan(id, { reason: 'another' })).toEqual(paused);

  while (held.length < agentIds.length - pending.length) held.push(await lca.takeTask());
  await lca.checkIn(held.map((task) => reportOn(task, 'completed', ON_TARGET)));
  const counted = await untilCompleted(held.length);
  expect(counted).toMatchObject({ status: 'paused', revision: paused.revision, counts: { running: 0 } });
  // Longer than a look at the batch.
  expect((await lca.checkIn([], 6)).tasks).toEqual([]);
  expect(await tasks('pending')).toEqual(pending);

  const resumed = await client.resumePlan(id, { concurrency: 1, failureThreshold: 0.5 });
  expect(resumed).toMatchObject({
    status: 'running',
    pausedAt: null,
    pauseReason: null,
    concurrency: 1,
    failureThreshold: 0.5,
    batches: [{ allowedFailures: 6, forgiven: 0 }],
  });
  expect((await client.resumePlan(id)).revision).toBe(resumed.revision);
  for (const done of [held.length + 1, held.length + 2]) {
    const task = await lca.takeTask();
    expect(pending.map(({ agentId }) => agentId)).toContain(task.agentId);
    expect((await client.getPlanSummary(id)).counts.running).toBe(1);
    await lca.checkIn([reportOn(task, 'completed', ON_TARGET)]);
    await untilCompleted(done);
  }
});

it('starts an interrupted observe window anew', async () => {
  const agentIds = await registerAgents(client, 'window', 1);
  const { id } = await client.createPlan({ ...UPGRADE, agentIds, observeDuration: '1h' });
  const lca = createHandLca(client, 'lca-window');
  await lca.checkIn([reportOn(await lca.takeTask(), 'completed', ON_TARGET)]);
  const windowOf = async () => (await client.getPlanSummary(id)).batches[0]?.observingUntil ?? null;
  const before = await waitFor(windowOf, { what: 'the window to begin' });
  const { pausedAt } = await client.pausePlan(id);
  expect(await windowOf()).toBeNull();
  await client.resumePlan(id);
  const after = await waitFor(windowOf, { what: 'the window to begin anew' });
  expect(Date.parse(after)).toBeGreaterThan(Date.parse(before));
  expect(Date.parse(after)).toBeGreaterThanOrEqual(Date.parse(pausedAt ?? '') + 3_600_000);
});
