// A key that is bound to one LCA: it sees, changes and speaks for that LCA's agents alone.
import { type Client, createClient } from '@gradus/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { agentNames, registerAgents } from '../support/agents.js';
import { makeApiKey } from '../support/apiKeys.js';
import { UPGRADE } from '../support/fleet.js';
import { type Gradus, startGradus } from '../support/gradus.js';
import { createHandLca } from '../support/handLca.js';
import { type Ask, BASE, createAsk } from '../support/http.js';
import { expectProblem } from '../support/problems.js';

const mine = makeApiKey('mine', ['agents:check-in', 'agents:read', 'agents:write'], 'lca-mine');
const components = [{ componentName: 'zmetis', actualVersion: '1.2.0' }];

let gradus: Gradus;
let client: Client;
let ask: Ask;

beforeAll(async () => {
  gradus = await startGradus({ keys: [mine.key] });
  client = createClient({ baseUrl: gradus.url, token: gradus.token });
  ask = createAsk({ url: gradus.url, token: mine.token });
  await registerAgents(client, 'mine', 2);
  await registerAgents(client, 'foreign', 2);
});
afterAll(() => gradus.stop());

it('takes no tasks of another LCA, and takes its own', async () => {
  await client.createPlan({ ...UPGRADE, agentIds: agentNames('foreign', 2) });
  const answer = await ask('POST', `${BASE}/lcas/lca-foreign/check-in?wait=5`, { json: {} });
  expectProblem(answer, 403, 'forbidden');
  // Nothing was taken from the mailbox: its owner is handed all of it.
  expect(await createHandLca(client, 'lca-foreign').takeTasks(2)).toHaveLength(2);
  expect((await ask('POST', `${BASE}/lcas/lca-mine/check-in`, { json: {} })).status).toBe(200);
});

it('does not report on agents of another LCA in its own name', async () => {
  const json = { reports: [{ agentId: 'foreign-0' }] };
  expectProblem(await ask('POST', `${BASE}/lcas/lca-mine/check-in`, { json }), 403, 'forbidden');
});

it('reads the agents of its LCA alone', async () => {
  expect((await ask('GET', `${BASE}/agents/mine-0`)).status).toBe(200);
  expectProblem(await ask('GET', `${BASE}/agents/foreign-0`), 403, 'forbidden');
  expectProblem(await ask('GET', `${BASE}/agents?lcaUuid=lca-foreign`), 403, 'forbidden');
  const { items } = (await ask('GET', `${BASE}/agents`)).json as { items: { agentId: string }[] };
  expect(items.map(({ agentId }) => agentId)).toEqual(agentNames('mine', 2));
});

it('changes and removes the agents of its LCA alone, and gives away none', async () => {
  const put = (agentId: string, lcaUuid?: string) =>
    ask('PUT', `${BASE}/agents/${agentId}`, { json: { components, lcaUuid } });
  expectProblem(await put('foreign-1', 'lca-mine'), 403, 'forbidden');
  expectProblem(await put('foreign-1'), 403, 'forbidden');
  expectProblem(await put('mine-1', 'lca-foreign'), 403, 'forbidden');
  expectProblem(await ask('DELETE', `${BASE}/agents/foreign-1`), 403, 'forbidden');
  expect((await client.getAgent('foreign-1')).lcaUuid).toBe('lca-foreign');
  expect(await put('mine-new')).toMatchObject({ status: 201, json: { lcaUuid: 'lca-mine' } });
  expect((await ask('DELETE', `${BASE}/agents/mine-new`)).status).toBe(204);
});

it('imports agents of its LCA, and has the lines of others rejected', async () => {
  const lines = [
    { agentId: 'mine-2' },
    { agentId: 'foreign-1' },
    { agentId: 'mine-3', lcaUuid: 'lca-foreign' },
  ];
  const answer = await ask('POST', `${BASE}/agents/import`, {
    body: lines.map((line) => JSON.stringify({ ...line, components })).join('\n'),
    headers: { 'content-type': 'application/x-ndjson' },
  });
  expect(answer.json).toEqual({
    imported: 1,
    rejected: [2, 3].map((line) => ({ line, code: 'forbidden', message: expect.stringContaining('LCA') })),
  });
  expect((await client.getAgent('mine-2')).lcaUuid).toBe('lca-mine');
});
