// Webhooks: whoever is to be told hears of everything that happens to plans and batches, whoever dies meanwhile.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Client, createClient } from '@gradus/client';
import type { PlanEvent } from '@gradus/domain';
import { HTTP } from 'cloudevents';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { metricsUrlOf, scrape } from '../metrics/scrape.js';
import { registerAgents } from '../support/agents.js';
import { UPGRADE } from '../support/fleet.js';
import { type Gradus, startGradus } from '../support/gradus.js';
import { createHandLca, ON_TARGET, reportOn } from '../support/handLca.js';
import { type Received, type Receiver, startReceiver } from '../support/receiver.js';
import { waitFor } from '../support/waitFor.js';

const freshSecret = () => `whsec_${randomBytes(24).toString('base64')}`;
const SECRETS = { old: freshSecret(), next: freshSecret(), other: freshSecret() };

const PAGE = readFileSync(new URL('../../docs/webhooks.md', import.meta.url), 'utf8');

let gradus: Gradus;
let client: Client;
let receiver: Receiver;

beforeAll(async () => {
  receiver = await startReceiver();
  const endpoints = [
    { name: 'all', url: `${receiver.url}/all`, secrets: [SECRETS.next, SECRETS.old] },
    { name: 'ends', url: `${receiver.url}/ends`, secrets: [SECRETS.other], types: ['plan.cancelled'] },
    { name: 'gone', url: `${receiver.url}/gone`, secrets: [SECRETS.other], types: ['plan.completed'] },
    { name: 'down', url: `${receiver.url}/down`, secrets: [SECRETS.other], types: ['batch.started'] },
    { name: 'inside', url: 'http://[::1]:9/', secrets: [SECRETS.other], types: ['batch.started'] },
  ];
  gradus = await startGradus({
    env: {
      GRADUS_WEBHOOKS: JSON.stringify(endpoints),
      GRADUS_OUTBOUND_NETWORKS: '127.0.0.1',
      GRADUS_WEBHOOK_ATTEMPTS: '2',
      GRADUS_WEBHOOK_BACKOFF: '1s',
      GRADUS_METRICS_PORT: '0',
    },
  });
  client = createClient({ baseUrl: gradus.url, token: gradus.token });
});
afterAll(async () => {
  // First: no worker has to wait for an answer then.
  await receiver.close();
  await gradus.stop();
});

interface Told {
  id: string;
  event: PlanEvent;
  request: Received;
}

/** @returns what was told of the plan, in the order in which it came; each of it signed, and a CloudEvent */
function toldOf(planId: string, path: string, secret: string): Told[] {
  return receiver.received
    .filter((request) => request.path === path && request.body.includes(planId))
    .map((request) => {
      new Webhook(secret).verify(request.body, request.headers as Record<string, string>);
      const cloudEvent = HTTP.toEvent<PlanEvent>({ headers: request.headers, body: request.body });
      if (Array.isArray(cloudEvent) || cloudEvent.data === undefined) return expect.unreachable('no event');
      const event = cloudEvent.data;
      expect(cloudEvent).toMatchObject({
        specversion: '1.0',
        id: `${planId}.${event.id}`,
        source: `urn:gradus:${gradus.namespace}`,
        type: `gradus.${event.type}`,
        subject: planId,
        time: event.at,
      });
      return { id: String(request.headers['webhook-id']), event, request };
    });
}

/** @returns the events of the plan and its batches, as they are listed */
async function keptEvents(planId: string): Promise<PlanEvent[]> {
  const kept: PlanEvent[] = [];
  for await (const event of client.listEvents(planId)) if (!event.type.startsWith('task.')) kept.push(event);
  return kept;
}

const byId = (events: readonly PlanEvent[]) => [...events].sort((a, b) => Number(a.id) - Number(b.id));

/** A plan of one agent, upgraded by hand. */
async function completePlan(prefix: string): Promise<string> {
  const agentIds = await registerAgents(client, prefix, 1);
  const { id } = await client.createPlan({ ...UPGRADE, agentIds });
  const lca = createHandLca(client, `lca-${prefix}`);
  await lca.checkIn([reportOn(await lca.takeTask(), 'completed', ON_TARGET)]);
  await waitFor(async () => (await client.getPlanSummary(id)).status === 'completed', { what: 'the end' });
  return id;
}

async function deliveries(endpoint: string, outcome: string): Promise<number> {
  const scrapes = await Promise.all(
    gradus.workers.map(async (worker) => {
      const one = await scrape(await metricsUrlOf(worker)).catch(() => null);
      return one?.sum('gradus_webhook_deliveries_total', { endpoint, outcome }) ?? 0;
    }),
  );
  return scrapes.reduce((sum, count) => sum + count, 0);
}

it('tell each endpoint what it wants to know, signed by all of its secrets, and try again', async () => {
  const tries = new Map<string, number>();
  receiver.answer(({ path, headers }) => {
    if (path === '/gone') return 410;
    if (path === '/down') return { status: 307, headers: { location: `${receiver.url}/elsewhere` } };
    const id = String(headers['webhook-id']);
    tries.set(id, (tries.get(id) ?? 0) + 1);
    return tries.get(id) === 1 && id.includes('_all') ? 503 : 204;
  });
  const planId = await completePlan('told');
  const events = await keptEvents(planId);
  await waitFor(() => toldOf(planId, '/all', SECRETS.old).length >= 2 * events.length, {
    what: 'every event twice: the first try was refused',
  });

  const told = toldOf(planId, '/all', SECRETS.old);
  expect(toldOf(planId, '/all', SECRETS.next)).toEqual(told);
  expect(() => toldOf(planId, '/all', SECRETS.other)).toThrow('No matching signature');
  for (const event of events) {
    const both = told.filter((one) => one.event.id === event.id);
    expect(both.map((one) => one.event)).toEqual([event, event]);
    const [first, second] = both.map(({ request }) => request.headers);
    expect(second?.['webhook-id']).toBe(first?.['webhook-id']);
    expect(first?.['webhook-id']).toMatch(/^[A-Za-z0-9_-]+$/);
    expect(second?.['content-type']).toMatch('application/cloudevents+json');
  }
  expect(new Set(told.map(({ id }) => id)).size).toBe(events.length);
  expect(toldOf(planId, '/ends', SECRETS.other)).toEqual([]);

  // Gone: not tried again. Down: tried twice, and nobody was followed. Inside: never reached.
  await waitFor(async () => (await deliveries('down', 'given-up')) === 1, { what: 'the last try' });
  await waitFor(async () => (await deliveries('inside', 'given-up')) === 1, { what: 'the last refusal' });
  expect(await deliveries('gone', 'gone')).toBe(1);
  expect(toldOf(planId, '/gone', SECRETS.other).map(({ event }) => event.type)).toEqual(['plan.completed']);
  expect(toldOf(planId, '/down', SECRETS.other)).toHaveLength(2);
  expect(receiver.received.filter(({ path }) => path === '/elsewhere')).toEqual([]);
  expect(await deliveries('all', 'delivered')).toBe(events.length);
  const reasons = gradus.workers[0]?.log.filter(({ msg }) => msg === 'webhook given up');
  expect(reasons?.map(({ endpoint, reason }) => `${endpoint}: ${reason}`).sort()).toEqual([
    'down: answered 307',
    'gone: answered 410',
    'inside: [::1] leads to no address that may be reached from here',
  ]);
});

it('tell of what happened while no worker lived, also of a plan that was deleted meanwhile', async () => {
  receiver.answer(() => 204);
  const agentIds = await registerAgents(client, 'alone', 1);
  const { id } = await client.createPlan({ ...UPGRADE, agentIds, autoStart: false });
  await waitFor(() => toldOf(id, '/all', SECRETS.old).length === 1, {
    what: 'a plan that only waits to be told',
  });
  await gradus.workers.at(-1)?.kill('SIGKILL');
  await client.cancelPlan(id);
  const events = await keptEvents(id);
  await client.deletePlan(id);
  await gradus.addWorker();
  await waitFor(() => toldOf(id, '/ends', SECRETS.other).length > 0, { what: 'the end to be told' });
  await waitFor(() => toldOf(id, '/all', SECRETS.old).length === events.length, { what: 'all to be told' });
  expect(byId(toldOf(id, '/all', SECRETS.old).map(({ event }) => event))).toEqual(events);
});

it('tell again, by the same id, what a killed worker was just telling', { timeout: 60_000 }, async () => {
  receiver.answer(() => 'hang');
  const agentIds = await registerAgents(client, 'killed', 1);
  const { id } = await client.createPlan({ ...UPGRADE, agentIds, concurrency: 1 });
  await waitFor(() => toldOf(id, '/all', SECRETS.old).length >= 3, {
    what: 'the plan and its batch to start',
  });
  const before = toldOf(id, '/all', SECRETS.old);
  await gradus.workers.at(-1)?.kill('SIGKILL');
  await client.cancelPlan(id);
  receiver.answer(() => 204);
  await gradus.addWorker();
  const events = await keptEvents(id);
  const isTold = (told: readonly Told[]) => new Set(told.map(({ event }) => event.id)).size === events.length;
  const after = await waitFor(
    () => {
      const told = toldOf(id, '/all', SECRETS.old).slice(before.length);
      return isTold(told) && told;
    },
    { what: 'all of it again, once the locks are over', timeoutMs: 40_000 },
  );
  for (const { event, id: webhookId } of before) {
    expect(after.find((one) => one.id === webhookId)?.event).toEqual(event);
  }
});

it('the receiver of docs/webhooks.md is told, and refuses what is not signed', async () => {
  const [, source = ''] = /^```js receiver\n(.*?)^```$/ms.exec(PAGE) ?? [];
  const child = spawn(process.execPath, ['--input-type=module', '--eval', source], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    env: { PATH: process.env['PATH'], PORT: '0', WEBHOOK_SECRET: SECRETS.old },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => said.push(line));
  try {
    const port = await waitFor(() => /^listening on (\d+)$/.exec(said[0] ?? '')?.[1], { what: 'its port' });
    const post = (headers: Record<string, string>, body: string) =>
      fetch(`http://127.0.0.1:${port}/`, { method: 'POST', headers, body }).then(({ status }) => status);
    // What was sent to an endpoint of ours, passed on as it came.
    const { headers, body } =
      receiver.received.findLast(({ path }) => path === '/all') ?? expect.unreachable('nobody was told');
    const names = ['content-type', 'webhook-id', 'webhook-timestamp', 'webhook-signature'];
    const sent = Object.fromEntries(names.map((name) => [name, String(headers[name])]));
    expect([await post(sent, body), await post(sent, body)]).toEqual([204, 204]);
    expect(await post(sent, `${body} `)).toBe(401);
    const { data } = JSON.parse(body) as { data: PlanEvent };
    await waitFor(() => said.length === 2, { what: 'it to say what it was told' });
    expect(said[1]).toBe(`gradus.${data.type} of ${data.planId}: ${data.detail ?? '-'}`);
  } finally {
    child.kill();
    await once(child, 'exit');
  }
});

it('a hanging endpoint keeps no plan back', async () => {
  receiver.answer(() => 'hang');
  const planId = await completePlan('slow');
  expect((await client.getPlanSummary(planId)).status).toBe('completed');
});
