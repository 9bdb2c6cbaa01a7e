// Requests that are right in themselves, and do not fit what is there.
import { type Client, createClient } from '@gradus/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agentNames, ON_FROM, registerAgents } from '../support/agents.js';
import { TO, UPGRADE } from '../support/fleet.js';
import { type Gradus, startGradus } from '../support/gradus.js';
import { createHandLca, ON_TARGET, reportOn } from '../support/handLca.js';
import { type Ask, BASE, createAsk } from '../support/http.js';
import { expectProblem } from '../support/problems.js';
import { waitFor } from '../support/waitFor.js';

const PLANS = `${BASE}/upgrade-plans`;

let gradus: Gradus;
let client: Client;
let ask: Ask;

beforeAll(async () => {
  gradus = await startGradus();
  client = createClient({ baseUrl: gradus.url, token: gradus.token });
  ask = createAsk(gradus);
});
afterAll(() => gradus.stop());

const create = (agentIds: readonly string[]) =>
  ask('POST', PLANS, { json: { ...UPGRADE, agentIds, autoStart: false } });

describe('422 unknown-agents', () => {
  it('names the agents that the inventory does not have', async () => {
    const known = await registerAgents(client, 'known', 2);
    expectProblem(await create(['ghost-1', ...known, 'ghost-2']), 422, 'unknown-agents', {
      agentIds: ['ghost-1', 'ghost-2'],
      agentCount: 2,
    });
    expect((await create(known)).status).toBe(200);
  });

  it('names the first 100 and counts all', async () => {
    const ghosts = agentNames('ghost', 130);
    expectProblem(await create(ghosts), 422, 'unknown-agents', {
      agentIds: ghosts.slice(0, 100),
      agentCount: 130,
    });
  });
});

describe('422 version-mismatch', () => {
  it('names the agents that run something else, an unknown version among them', async () => {
    const [good = ''] = await registerAgents(client, 'right', 1);
    const [old = ''] = await registerAgents(client, 'old', 1, { actualVersion: '1.1.0' });
    const [half = ''] = await registerAgents(client, 'half', 1, { actualVersion: TO.version });
    await client.putAgent('silent', { components: [{ componentName: 'zmetis' }] });
    expectProblem(await create([good, old, half, 'silent']), 422, 'version-mismatch', {
      agents: [
        { agentId: old, actualVersion: '1.1.0' },
        { agentId: half, actualVersion: TO.version },
        { agentId: 'silent', actualVersion: null },
      ],
      agentCount: 3,
    });
    expect((await create([good])).status).toBe(200);
  });

  it('looks at every instance of an agent', async () => {
    const components = [
      { componentName: 'first', ...ON_FROM },
      { componentName: 'second', ...ON_FROM, actualVersion: '9.9.9' },
    ];
    await client.putAgent('mixed', { components });
    expectProblem(await create(['mixed']), 422, 'version-mismatch', {
      agents: [{ agentId: 'mixed', actualVersion: '9.9.9' }],
      agentCount: 1,
    });
  });

  it('names the first 100 and counts all', async () => {
    const agentIds = await registerAgents(client, 'elder', 120, { actualVersion: '1.0.0' });
    expectProblem(await create(agentIds), 422, 'version-mismatch', {
      agents: agentIds.slice(0, 100).map((agentId) => ({ agentId, actualVersion: '1.0.0' })),
      agentCount: 120,
    });
  });
});

describe('409 agents-busy', () => {
  it('refuses a plan of agents that are in one, and names their plan', async () => {
    const agentIds = await registerAgents(client, 'busy', 120);
    const { id } = await client.createPlan({ ...UPGRADE, agentIds, autoStart: false });
    const [other = ''] = await registerAgents(client, 'free', 1);
    const refused = await create([other, ...agentIds]);
    expectProblem(refused, 409, 'agents-busy', {
      conflicts: agentIds.slice(0, 100).map((agentId) => ({ agentId, planId: id })),
      conflictCount: 120,
    });
    // What was refused has claimed nothing.
    expect((await create([other])).status).toBe(200);
  });

  it('lets the attributes of such an agent be changed, and nothing else', async () => {
    const [agentId = ''] = await registerAgents(client, 'held', 1);
    const { id } = await client.createPlan({ ...UPGRADE, agentIds: [agentId], autoStart: false });
    const { nodeUuid, lcaUuid, components } = await client.getAgent(agentId);
    const path = `${BASE}/agents/${agentId}`;
    const refusal = { conflicts: [{ agentId, planId: id }], conflictCount: 1 };
    const changes = [
      { nodeUuid, lcaUuid, components: components.map((one) => ({ ...one, actualVersion: '1.2.1' })) },
      { nodeUuid, lcaUuid: 'lca-of-another', components },
      { nodeUuid, lcaUuid, components: [...components, { componentName: 'new' }] },
    ];
    for (const json of changes) {
      expectProblem(await ask('PUT', path, { json }), 409, 'agents-busy', refusal);
    }
    expectProblem(await ask('DELETE', path), 409, 'agents-busy', refusal);
    const line = { agentId, components: [{ componentName: 'zmetis', actualVersion: '2.0.0' }] };
    expect(await client.importAgents([line])).toEqual({
      imported: 0,
      rejected: [{ line: 1, code: 'agents-busy', message: expect.stringContaining(id) }],
    });

    const json = { nodeUuid, lcaUuid, components, attributes: { site: 'north' } };
    expect((await ask('PUT', path, { json })).status).toBe(200);
    expect(await client.getAgent(agentId)).toMatchObject({ components, attributes: { site: 'north' } });

    await client.cancelPlan(id);
    expect((await ask('DELETE', path)).status).toBe(204);
  });
});

describe('409 illegal-transition', () => {
  const refuses = async (id: string, currentStatus: string, commands: Record<string, unknown>) => {
    for (const [command, json] of Object.entries(commands)) {
      const before = (await client.getPlanSummary(id)).revision;
      const answer = await ask('POST', `${PLANS}/${id}/${command}`, { json });
      expectProblem(answer, 409, 'illegal-transition', {
        currentStatus,
        detail: expect.stringMatching(new RegExp(`${currentStatus}.*${command}`)),
      });
      expect((await client.getPlanSummary(id)).revision).toBe(before);
    }
  };

  it('a pending plan takes start and cancel alone', async () => {
    const agentIds = await registerAgents(client, 'pending', 1);
    const { id } = await client.createPlan({ ...UPGRADE, agentIds, autoStart: false });
    await refuses(id, 'pending', { pause: {}, resume: {}, promote: {} });
  });

  it('a paused plan cannot be started', async () => {
    const agentIds = await registerAgents(client, 'paused', 1);
    const { id } = await client.createPlan({ ...UPGRADE, agentIds, autoStart: false });
    await client.startPlan(id);
    await client.pausePlan(id);
    await refuses(id, 'paused', { start: {} });
  });

  it('a running batch cannot be promoted, nor one that is not reached', async () => {
    const agentIds = await registerAgents(client, 'running', 2);
    const { id } = await client.createPlan({ ...UPGRADE, agentIds, batchSize: 1, gate: 'manual' });
    await createHandLca(client, 'lca-running').takeTasks(1);
    await refuses(id, 'running', { promote: {} });
    for (const batchIndex of [0, 1, 7]) await refuses(id, 'running', { promote: { batchIndex } });
  });

  it('a cancelled plan takes nothing more', async () => {
    const agentIds = await registerAgents(client, 'cancelled', 1);
    const { id } = await client.createPlan({ ...UPGRADE, agentIds, autoStart: false });
    await client.cancelPlan(id);
    await refuses(id, 'cancelled', { start: {}, pause: {}, resume: {}, promote: {} });
  });

  it('a completed plan takes nothing more', async () => {
    const agentIds = await registerAgents(client, 'completed', 1);
    const { id } = await client.createPlan({ ...UPGRADE, agentIds });
    const lca = createHandLca(client, 'lca-completed');
    const tasks = await lca.takeTasks(1);
    await lca.checkIn(tasks.map((task) => reportOn(task, 'completed', ON_TARGET)));
    await waitFor(async () => (await client.getPlanSummary(id)).status === 'completed', {
      what: 'the plan to complete',
    });
    await refuses(id, 'completed', { start: {}, pause: {}, resume: {}, cancel: {}, promote: {} });
  });
});
