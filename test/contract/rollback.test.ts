// RollbackGraduatedPlan of agents that did not all run the same release: each goes back to its own.
import { type Client, createClient } from '@gradus/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { registerAgents } from '../support/agents.js';
import { TO, UPGRADE } from '../support/fleet.js';
import { type Gradus, startGradus } from '../support/gradus.js';
import { createHandLca, ON_TARGET, reportOn } from '../support/handLca.js';
import { waitFor } from '../support/waitFor.js';

let gradus: Gradus;
let client: Client;

beforeAll(async () => {
  gradus = await startGradus();
  client = createClient({ baseUrl: gradus.url, token: gradus.token });
});
afterAll(() => gradus.stop());

const untilCompleted = (id: string) =>
  waitFor(async () => (await client.getPlanSummary(id)).status === 'completed', { what: `${id} to end` });

it('takes each instance back to its own previous version and release', async () => {
  const [older = ''] = await registerAgents(client, 'older', 1, { actualRelease: '214' });
  const [newer = ''] = await registerAgents(client, 'newer', 1);
  const { id } = await client.createPlan({ ...UPGRADE, agentIds: [older, newer] });
  const lcas = ['lca-older', 'lca-newer'].map((lcaUuid) => createHandLca(client, lcaUuid));
  for (const lca of lcas) await lca.checkIn([reportOn(await lca.takeTask(), 'completed', ON_TARGET)]);
  await untilCompleted(id);

  const back = await client.rollbackPlan(id);
  expect(back).toMatchObject({ fromVersion: TO.version, toVersion: '1.2.0', toRelease: null });
  for (const [index, toRelease] of ['214', '215'].entries()) {
    const lca = lcas[index];
    const task = await lca?.takeTask();
    if (lca === undefined || task === undefined) throw new TypeError('a task was to come');
    expect(task).toMatchObject({ fromVersion: TO.version, toVersion: '1.2.0', toRelease });
    const facts = { runtimeStatus: 'running', actualVersion: '1.2.0', actualRelease: toRelease };
    await lca.checkIn([reportOn(task, 'completed', facts)]);
  }
  await untilCompleted(back.id);
});
