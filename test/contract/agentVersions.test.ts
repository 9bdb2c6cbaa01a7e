// What the whole fleet runs, counted: the counts follow every put, report and delete.
import { type Client, createClient } from '@gradus/client';
import { connect } from '@gradus/redis';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { ON_FROM, registerAgents } from '../support/agents.js';
import { makeApiKey } from '../support/apiKeys.js';
import { type Gradus, startGradus } from '../support/gradus.js';
import { BASE, createAsk } from '../support/http.js';
import { findKeys } from '../support/namespace.js';
import { expectProblem } from '../support/problems.js';
import { waitFor } from '../support/waitFor.js';

const bound = makeApiKey('bound', ['agents:read'], 'lca-counted');

let gradus: Gradus;
let client: Client;
beforeAll(async () => {
  gradus = await startGradus({ keys: [bound.key] });
  client = createClient({ baseUrl: gradus.url, token: gradus.token });
});
afterAll(() => gradus.stop());

/** As in "zmetis 1.2.0/215 × 3". */
const counted = async () => {
  const { agents, items, others } = await client.listAgentVersions();
  expect(others).toBe(0);
  const lines = items.map(
    ({ componentName, actualVersion, actualRelease, instances }) =>
      `${componentName} ${actualVersion}/${actualRelease} × ${instances}`,
  );
  return { agents, lines };
};

/** The counts as they have to be made anew. */
async function forget(): Promise<void> {
  const connection = connect(inject('redisUrl'), 'patient', (fault) => expect.fail(String(fault)));
  try {
    const keys = await findKeys(connection, `${gradus.namespace}:{agents:*}:versions`);
    expect(keys.length).toBeGreaterThan(0);
    await Promise.all(keys.map((key) => connection.del(key)));
  } finally {
    await connection.quit();
  }
}

it('counts instances by component, version and release, the most common first, and follows what changes', async () => {
  expect(await counted()).toEqual({ agents: 0, lines: [] });
  await registerAgents(client, 'counted', 4);
  await client.putAgent('silent', { lcaUuid: 'lca-counted', components: [{ componentName: 'hermes' }] });
  expect(await counted()).toEqual({
    agents: 5,
    lines: ['zmetis 1.2.0/215 × 4', 'hermes null/null × 1'],
  });

  const components = [
    { componentName: 'zmetis', runtimeStatus: 'running', actualVersion: '1.3.0', actualRelease: '221' },
  ];
  const reports = [0, 1, 2].map((index) => ({ agentId: `counted-${index}`, components }));
  await client.checkIn('lca-counted', { reports });
  const upgraded = ['zmetis 1.3.0/221 × 3', 'zmetis 1.2.0/215 × 1', 'hermes null/null × 1'];
  await waitFor(async () => (await counted()).lines[0] === upgraded[0], {
    what: 'the reports to be counted',
  });
  expect((await counted()).lines.toSorted()).toEqual(upgraded.toSorted());

  await client.deleteAgent('counted-3');
  await client.putAgent('silent', {
    components: [
      { componentName: 'hermes', ...ON_FROM },
      { componentName: 'zmetis', ...ON_FROM },
    ],
  });
  const after = {
    agents: 4,
    lines: ['zmetis 1.3.0/221 × 3', 'hermes 1.2.0/215 × 1', 'zmetis 1.2.0/215 × 1'],
  };
  const kept = await counted();
  expect({ ...kept, lines: kept.lines.toSorted() }).toEqual({ ...after, lines: after.lines.toSorted() });
  await forget();
  const anew = await counted();
  expect({ ...anew, lines: anew.lines.toSorted() }).toEqual({ ...after, lines: after.lines.toSorted() });
});

it('is not for who speaks for one LCA', async () => {
  const ask = createAsk({ url: gradus.url, token: bound.token });
  expectProblem(await ask('GET', `${BASE}/agent-versions`), 403, 'forbidden');
});
