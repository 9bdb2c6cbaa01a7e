// An api that stood still and goes on: what it then finds in its sockets is old.
import { createClient } from '@gradus/client';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ON_FROM, registerAgents } from '../support/agents.js';
import { type Gradus, startGradus } from '../support/gradus.js';
import { waitFor } from '../support/waitFor.js';

const GIVEN_UP_AFTER_MS = 500;

let gradus: Gradus;

beforeEach(async () => {
  gradus = await startGradus();
});
afterEach(() => gradus.stop());

it('takes no report whose LCA has hung up meanwhile, as its facts would count as news', async () => {
  const client = createClient({ baseUrl: gradus.url, token: gradus.token, maxRetries: 0 });
  const [agentId = '', other = ''] = await registerAgents(client, 'z', 2);
  const report = (of: string) => ({
    reports: [{ agentId: of, components: [{ componentName: 'zmetis', ...ON_FROM }] }],
  });
  process.kill(gradus.api.pid, 'SIGSTOP');
  try {
    const given = client.checkIn('lca-z', report(agentId), { timeoutMs: GIVEN_UP_AFTER_MS });
    await expect(given).rejects.toMatchObject({ code: 'timed-out' });
  } finally {
    process.kill(gradus.api.pid, 'SIGCONT');
  }
  // Whatever was taken before this one is applied before it.
  await client.checkIn('lca-z', report(other));
  await waitFor(async () => (await client.getAgent(other)).lastSeenAt !== null, { what: 'a later report' });
  expect((await client.getAgent(agentId)).lastSeenAt).toBeNull();
});
