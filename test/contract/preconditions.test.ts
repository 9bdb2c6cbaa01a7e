// Commands that are given on what the client knows of the plan, and answers in the form that it prefers.
import { type Client, createClient } from '@gradus/client';
import type { Plan, PlanSummary } from '@gradus/domain';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registerAgents } from '../support/agents.js';
import { UPGRADE } from '../support/fleet.js';
import { type Gradus, startGradus } from '../support/gradus.js';
import { createHandLca, ON_TARGET, reportOn } from '../support/handLca.js';
import { type Ask, BASE, createAsk } from '../support/http.js';
import { expectFaults, expectProblem } from '../support/problems.js';
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

let made = 0;

async function pendingPlan(): Promise<string> {
  const agentIds = await registerAgents(client, `pending${made++}`, 1);
  const { id } = await client.createPlan({ ...UPGRADE, agentIds, autoStart: false });
  return id;
}

async function runningPlan(): Promise<string> {
  const id = await pendingPlan();
  await client.startPlan(id);
  await untilBatch(id, 'running');
  return id;
}

const untilBatch = (id: string, status: string) =>
  waitFor(async () => (await client.getPlanSummary(id)).batches[0]?.status === status, {
    what: `the batch to be ${status}`,
  });

/** A plan of two agents, one of which fails. @returns it, with its first batch at its gate */
async function gatedPlan(): Promise<string> {
  const prefix = `gated${made++}`;
  const agentIds = await registerAgents(client, prefix, 3);
  const { id } = await client.createPlan({
    ...{ ...UPGRADE, agentIds, failureThreshold: 1, gate: 'manual', batchSize: 2 },
  });
  const lca = createHandLca(client, `lca-${prefix}`);
  const [good, bad] = await lca.takeTasks(2);
  if (good === undefined || bad === undefined) throw new TypeError('there are two tasks');
  await lca.checkIn([reportOn(good, 'completed', ON_TARGET), reportOn(bad, 'failed')]);
  await untilBatch(id, 'observing');
  return id;
}

async function endedPlan(): Promise<string> {
  const id = await gatedPlan();
  await client.cancelPlan(id);
  return id;
}

async function pausedPlan(): Promise<string> {
  const id = await runningPlan();
  await client.pausePlan(id);
  return id;
}

/** For each command a plan that takes it. */
const COMMANDS: [verb: string, prepare: () => Promise<string>][] = [
  ['start', pendingPlan],
  ['pause', runningPlan],
  ['resume', pausedPlan],
  ['promote', gatedPlan],
  ['cancel', runningPlan],
  ['retry', endedPlan],
  ['rollback', endedPlan],
  ['delete', endedPlan],
];

function give(verb: string, id: string, ifMatch: string) {
  const headers = { 'if-match': ifMatch };
  return verb === 'delete'
    ? ask('DELETE', `${PLANS}/${id}`, { headers })
    : ask('POST', `${PLANS}/${id}/${verb}`, { headers });
}

/** @returns the plan once it has come to rest */
async function settled(id: string): Promise<PlanSummary> {
  let seen = await client.getPlanSummary(id);
  return waitFor(
    async () => {
      const before = seen;
      seen = await client.getPlanSummary(id);
      return seen.revision === before.revision && seen;
    },
    { what: 'the plan to rest' },
  );
}

describe.each(COMMANDS)('%s with If-Match', (verb, prepare) => {
  it('is refused at another revision, and changes nothing', async () => {
    const id = await prepare();
    const { revision } = await settled(id);
    const before = await client.getPlanSummary(id);
    for (const stale of [`"${revision - 1}"`, `${revision + 1}`, '"999999999999999"']) {
      const answer = await give(verb, id, stale);
      expectProblem(answer, 412, 'stale-revision', { currentRevision: revision });
    }
    expect(await client.getPlanSummary(id)).toMatchObject({ revision, status: before.status });
    const [agentId = ''] = (await client.getBatch(id, 0)).agentIds;
    const plans = await ask('GET', `${PLANS}?agentId=${agentId}`);
    expect(plans.json).toMatchObject({ items: { length: 1 } });
  });

  it.each([
    ['the revision in quotes', (revision: number) => `"${revision}"`],
    ['the bare revision', (revision: number) => `${revision}`],
    ['any', () => '*'],
  ])('is carried out at %s', async (_, tagOf) => {
    const id = await prepare();
    const { revision } = await settled(id);
    const answer = await give(verb, id, tagOf(revision));
    expect(answer.status, answer.text).toBe(verb === 'delete' ? 204 : 200);
  });
});

describe('If-Match', () => {
  it.each(['W/"7"', 'seven', '"7', '-1', '"7", "8"', ''])('is not %j: 422 names the header', async (tag) => {
    expectFaults(await give('start', await pendingPlan(), tag), { 'header.if-match': /such as "7"/ });
  });

  it('is told beside the other faults of a request', async () => {
    const answer = await ask('POST', `${PLANS}/${await pendingPlan()}/pause?why=1`, {
      json: { reason: 7 },
      headers: { 'if-match': 'x' },
    });
    expectFaults(answer, {
      'query.why': /not known/,
      'header.if-match': /must be/,
      reason: /must be a string/,
    });
  });

  it('does not find a plan that is not there', async () => {
    const id = 'plan-00000000-0000-4000-8000-000000000000';
    for (const [verb] of COMMANDS) expectProblem(await give(verb, id, '"1"'), 404, 'not-found');
  });

  it('lets one of two commands at the same moment through', async () => {
    for (let round = 0; round < 20; round += 1) {
      const id = await pendingPlan();
      const { revision: ifMatch } = await client.getPlanSummary(id);
      const answers = await Promise.allSettled([
        client.startPlan(id, { ifMatch }),
        client.cancelPlan(id, {}, { ifMatch }),
      ]);
      const refused = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason] : []));
      expect(refused).toEqual([expect.objectContaining({ status: 412, code: 'stale-revision' })]);
    }
  });

  it('is the revision that the command before has answered', async () => {
    const id = await pendingPlan();
    const cancelled = await client.cancelPlan(id, {}, { ifMatch: (await settled(id)).revision });
    await client.deletePlan(id, { ifMatch: cancelled.revision });
  });
});

describe('Prefer: return=minimal', () => {
  it.each(['return=minimal', 'respond-async, Return="minimal"; foo=bar'])(
    'as %j has a create, a retry and a rollback answer the summary',
    async (prefer) => {
      const [agentId = ''] = await registerAgents(client, `minimal${made++}`, 1);
      const json = { ...UPGRADE, agentIds: [agentId], autoStart: false };
      const source = await endedPlan();
      const answers = [
        await ask('POST', PLANS, { json, headers: { prefer } }),
        await ask('POST', `${PLANS}/${source}/retry`, { headers: { prefer } }),
        await ask('POST', `${PLANS}/${source}/rollback`, { headers: { prefer } }),
      ];
      for (const answer of answers) {
        expect(answer.status, answer.text).toBe(200);
        expect(answer.headers.get('preference-applied')).toBe('return=minimal');
        expect(answer.headers.get('etag')).toMatch(/^W\/"\d+\.\d+"$/);
        const summary = answer.json as PlanSummary;
        expect(summary.batches[0]).not.toHaveProperty('tasks');
        expect(Object.keys(summary)).toEqual(Object.keys(await client.getPlanSummary(summary.id)));
      }
    },
  );

  it.each([undefined, 'return=representation', 'return=representation, return=minimal', 'wait=10'])(
    'is not %j: all of the plan is answered',
    async (prefer) => {
      const agentIds = await registerAgents(client, `whole${made++}`, 1);
      const json = { ...UPGRADE, agentIds, autoStart: false };
      const answer = await ask('POST', PLANS, { json, headers: prefer === undefined ? {} : { prefer } });
      expect(answer.headers.get('preference-applied')).toBeNull();
      expect((answer.json as Plan).batches[0]?.tasks).toHaveLength(1);
    },
  );

  it('is what the client asks for by minimal', async () => {
    const agentIds = await registerAgents(client, `client${made++}`, 1);
    const summary = await client.createPlan({ ...UPGRADE, agentIds, autoStart: false }, { minimal: true });
    expect(summary.batches).toEqual([expect.not.objectContaining({ agentIds: expect.anything() })]);
    expect(summary).toMatchObject({ status: 'pending', counts: { agents: 1 } });
  });
});
