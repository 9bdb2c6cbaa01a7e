// Who did what: every command in the plan's events, and what leaves no events in the log.
import { type Client, createClient } from '@gradus/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { registerAgents } from '../support/agents.js';
import { makeApiKey } from '../support/apiKeys.js';
import { UPGRADE } from '../support/fleet.js';
import { type Gradus, startGradus } from '../support/gradus.js';
import { createHandLca, ON_TARGET, reportOn } from '../support/handLca.js';
import { type Asking, BASE, createAsk } from '../support/http.js';
import { waitFor } from '../support/waitFor.js';

const PLANS = `${BASE}/upgrade-plans`;

const ada = makeApiKey('ada');
const grace = makeApiKey('grace');
const reader = makeApiKey('reader', ['plans:read']);

let gradus: Gradus;
let client: Client;

beforeAll(async () => {
  gradus = await startGradus({ keys: [ada.key, grace.key, reader.key] });
  client = createClient({ baseUrl: gradus.url, token: gradus.token });
});
afterAll(() => gradus.stop());

const as = (who: typeof ada, method: string, path: string, asking: Asking = {}) =>
  createAsk({ url: gradus.url, token: who.token })(method, path, asking);

async function command(who: typeof ada, id: string, verb: string, json: object = {}) {
  const answer = await as(who, 'POST', `${PLANS}/${id}/${verb}`, { json });
  expect(answer.status, answer.text).toBe(200);
  return answer.json as { id: string };
}

async function create(who: typeof ada, json: object) {
  const answer = await as(who, 'POST', PLANS, { json: { ...UPGRADE, ...json } });
  expect(answer.status, answer.text).toBe(200);
  return answer.json as { id: string; createdBy: string };
}

/** @returns of each event that `who` caused: its type and its detail */
async function deedsOf(who: string, id: string): Promise<(readonly [string, string | null])[]> {
  const { json } = await createAsk(gradus)('GET', `${PLANS}/${id}/events?limit=1000`);
  const { items } = json as { items: { type: string; actor: string | null; detail: string | null }[] };
  return items.filter(({ actor }) => actor === who).map(({ type, detail }) => [type, detail] as const);
}

const untilLogged = (fields: Record<string, unknown>) =>
  waitFor(
    () =>
      gradus.api.log.find((entry) => Object.entries(fields).every(([name, value]) => entry[name] === value)),
    { what: `the log to have ${JSON.stringify(fields)}` },
  );

it('each command names who gave it in the events of the plan, and why or with what', async () => {
  const agentIds = await registerAgents(client, 'commanded', 3);
  const lca = createHandLca(client, 'lca-commanded');
  const made = await create(ada, {
    agentIds,
    batchSizes: [1],
    gate: 'manual',
    failureThreshold: 0,
    autoStart: false,
    createdBy: 'grace',
  });
  expect(made.createdBy).toBe('grace');
  const { id } = made;
  await command(grace, id, 'start');
  await command(grace, id, 'pause');
  await command(ada, id, 'resume', { failureThreshold: 0.5, concurrency: 2 });
  await command(grace, id, 'pause', { reason: 'Seen on the dashboard' });
  await command(ada, id, 'resume');
  expect((await as(ada, 'POST', `${PLANS}:pause-all`)).json).toEqual({ plans: 1 });
  expect((await as(grace, 'POST', `${PLANS}:resume-all`)).json).toEqual({ plans: 1 });
  await lca.checkIn([reportOn(await lca.takeTask(), 'completed', ON_TARGET)]);
  await waitFor(async () => (await client.getBatch(id, 0)).status === 'observing', { what: 'the gate' });
  await command(grace, id, 'promote');
  await command(ada, id, 'cancel', { reason: 'The canary looks ill' });

  expect(await deedsOf('ada', id)).toEqual([
    ['plan.created', null],
    ['plan.resumed', 'failureThreshold from 0 to 0.5, concurrency from 5 to 2'],
    ['plan.resumed', null],
    ['plan.paused', 'Emergency stop by ada'],
    ['plan.cancelled', 'The canary looks ill'],
  ]);
  expect(await deedsOf('grace', id)).toEqual([
    ['plan.started', null],
    ['plan.paused', 'Paused by grace'],
    ['plan.paused', 'Seen on the dashboard'],
    ['plan.resumed', 'Emergency stop ended by grace'],
    ['batch.promoted', '1 of 1 completed, 0 failed, 0 allowed, 0 forgiven, 0 skipped'],
  ]);

  const back = await command(grace, id, 'rollback');
  expect(await deedsOf('grace', back.id)).toEqual([['plan.created', null]]);
  expect(back).toMatchObject({ createdBy: 'grace', sourcePlanUuid: id.replace('plan-', '') });
  await command(grace, back.id, 'cancel');
});

it('a resume says what it forgave, and what it has tried again; a retry who made it', async () => {
  const agentIds = await registerAgents(client, 'failing', 3);
  const lca = createHandLca(client, 'lca-failing');
  const { id } = await create(ada, { agentIds, concurrency: 1, failureThreshold: 0 });
  const failNext = async () => {
    await lca.checkIn([reportOn(await lca.takeTask(), 'failed')]);
    await waitFor(async () => (await client.getPlanSummary(id)).status === 'paused', { what: 'the pause' });
  };
  await failNext();
  await command(grace, id, 'resume', { retryFailed: true });
  await failNext();
  await command(grace, id, 'resume', { concurrency: 3 });
  await waitFor(async () => (await client.getPlanSummary(id)).counts.running === 2, { what: 'the others' });
  await command(ada, id, 'cancel');
  expect(await deedsOf('grace', id)).toEqual([
    ['plan.resumed', '1 failed tried again'],
    ['plan.resumed', 'concurrency from 1 to 3, 1 failed forgiven'],
  ]);
  const retried = await command(grace, id, 'retry');
  expect(await deedsOf('grace', retried.id)).toEqual([['plan.created', null]]);
  await command(grace, retried.id, 'cancel');
});

it('a plan that is deleted leaves a line in the log with who did it', async () => {
  const agentIds = await registerAgents(client, 'deleted', 1);
  const { id } = await create(ada, { agentIds, autoStart: false });
  await command(ada, id, 'cancel');
  const headers = { 'x-request-id': 'delete-1' };
  expect((await as(grace, 'DELETE', `${PLANS}/${id}`, { headers })).status).toBe(204);
  const about = { subject: 'grace', planId: id, method: 'DELETE', status: 204 };
  await untilLogged({ requestId: 'delete-1', ...about });
});

it('what is done to the inventory is in the log, with who did it and to which agents', async () => {
  const components = [{ componentName: 'c', actualVersion: '1' }];
  const at = `${BASE}/agents/logged`;
  const named = (id: string) => ({ 'x-request-id': id });
  await as(ada, 'PUT', at, { json: { components }, headers: named('put-1') });
  const body = `${JSON.stringify({ agentId: 'logged', components })}\nnothing\n`;
  const type = { 'content-type': 'application/x-ndjson' };
  await as(grace, 'POST', `${BASE}/agents/import`, { body, headers: { ...type, ...named('import-1') } });
  await as(ada, 'DELETE', at, { headers: named('delete-agent-1') });
  const agentId = 'logged';
  await untilLogged({ requestId: 'put-1', subject: 'ada', method: 'PUT', agentId, status: 201 });
  await untilLogged({ requestId: 'import-1', subject: 'grace', imported: 1, rejected: 1, status: 200 });
  await untilLogged({ requestId: 'delete-agent-1', subject: 'ada', method: 'DELETE', agentId, status: 204 });
});

it('who is refused, and why, is in the log', async () => {
  const named = (id: string) => ({ headers: { 'x-request-id': id } });
  await as(reader, 'POST', `${PLANS}:pause-all`, named('forbidden-1'));
  await as(reader, 'GET', PLANS, { ...named('unknown-1'), authorization: 'Bearer nobody' });
  const forbidden = await untilLogged({ requestId: 'forbidden-1', subject: 'reader', code: 'forbidden' });
  expect(forbidden).toMatchObject({ status: 403, refusal: expect.stringContaining('plans:write') });
  const unknown = await untilLogged({ requestId: 'unknown-1', code: 'unauthenticated' });
  expect(unknown).toMatchObject({ status: 401, refusal: 'The token is not valid.' });
  expect(unknown).not.toHaveProperty('subject');
});
