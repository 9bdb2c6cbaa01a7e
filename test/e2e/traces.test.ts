// Traces: from the request that makes a plan, through the queues, to what became of a task.
import { type Client, createClient } from '@gradus/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { registerAgents } from '../support/agents.js';
import { type Collector, type Span, startCollector } from '../support/collector.js';
import { UPGRADE } from '../support/fleet.js';
import { type Gradus, startGradus } from '../support/gradus.js';
import { createHandLca, ON_TARGET, reportOn } from '../support/handLca.js';
import { waitFor } from '../support/waitFor.js';

const LCA = 'lca-traced';

let collector: Collector;
let gradus: Gradus;
let client: Client;

beforeAll(async () => {
  collector = await startCollector();
  gradus = await startGradus({ env: collector.env });
  client = createClient({ baseUrl: gradus.url, token: gradus.token });
});
afterAll(async () => {
  await gradus.stop();
  await collector.close();
});

const parentOf = (span: Span) => collector.spans.find(({ spanId }) => spanId === span.parentSpanId);

/** @returns the spans from the beginning of its trace, as far as they have come, to the span */
function spansTo(span: Span): Span[] {
  const parent = parentOf(span);
  return [...(parent === undefined ? [] : spansTo(parent)), span];
}

/** @returns the names from the beginning of its trace to the span; each process sends its own in its own time */
async function pathTo(span: Span): Promise<string[]> {
  const path = await waitFor(() => spansTo(span)[0]?.parentSpanId === null && spansTo(span), {
    what: `all that led to ${span.name}`,
  });
  return path.map(({ name }) => name);
}

const find = (name: string, attributes: Record<string, unknown> = {}) =>
  collector.spans.find(
    (span) =>
      span.name === name &&
      Object.entries(attributes).every(([key, value]) => span.attributes[key] === value),
  );

it('lead from the request to the dispatch, and back there from the hand-out and from the outcome', async () => {
  const agentIds = await registerAgents(client, 'traced', 2);
  const { id } = await client.createPlan({ ...UPGRADE, agentIds, batchSize: 1 });
  const lca = createHandLca(client, LCA);
  const task = await lca.takeTask();
  await lca.checkIn([reportOn(task, 'completed', ON_TARGET)]);
  await lca.checkIn([reportOn(await lca.takeTask(), 'completed', ON_TARGET)]);
  await waitFor(async () => (await client.getPlanSummary(id)).status === 'completed', { what: 'the end' });

  const ofTask = { 'gradus.plan.id': id, 'gradus.agent.id': 'traced-0', 'gradus.batch.index': 0 };
  const ofNext = { 'gradus.agent.id': 'traced-1', 'gradus.batch.index': 1 };
  const outcome = await waitFor(() => find('task ended', ofTask), { what: 'the span of the outcome' });
  const dispatch = await waitFor(() => find('process tasks', ofTask), { what: 'that of the dispatch' });
  expect(await pathTo(dispatch)).toEqual([
    'POST /api/v1/lifecycle/upgrade-plans',
    'add plans.start-plan',
    'process plans',
    'release-agents',
    'addBulk tasks',
    'process tasks',
  ]);
  // The next batch is opened by the job that has driven this one.
  const next = await waitFor(() => find('process tasks', { ...ofTask, ...ofNext }), {
    what: 'the next dispatch',
  });
  expect((await pathTo(next)).slice(-5)).toEqual([
    'add batches.drive-batch',
    'process batches',
    'release-agents',
    'addBulk tasks',
    'process tasks',
  ]);
  expect(dispatch.service).toBe('gradus-worker');
  expect(dispatch.attributes).toMatchObject({
    'gradus.task.uuid': task.lifecycleTaskUuid,
    'gradus.lca.uuid': LCA,
  });
  expect(await pathTo(outcome)).toEqual([
    'POST /api/v1/lifecycle/lcas/{lcaUuid}/check-in',
    'add reports.apply-report',
    'process reports',
    'task ended',
  ]);
  expect(outcome.attributes['gradus.task.uuid']).toBe(task.lifecycleTaskUuid);
  expect(outcome.links).toEqual([dispatch.spanId]);
  expect(outcome.traceId).not.toBe(dispatch.traceId);

  const handOut = await waitFor(
    () =>
      collector.spans.find(
        ({ name, links }) => name.endsWith('/check-in') && links.includes(dispatch.spanId),
      ),
    { what: 'the span of the hand-out' },
  );
  expect(handOut).toMatchObject({
    service: 'gradus-api',
    parentSpanId: null,
    attributes: { 'http.response.status_code': 200, 'gradus.lca.uuid': LCA },
  });
  expect(find('process plans', { 'gradus.plan.id': id })?.traceId).toBe(dispatch.traceId);
});

it('say nothing of looks that find nothing to do, nor of the queues themselves', async () => {
  const names = new Set(collector.spans.map(({ name }) => name.split(' ')[0]));
  expect([...names].filter((name) => name?.startsWith('get') || name?.startsWith('move'))).toEqual([]);
  expect(collector.spans.filter(({ name }) => name === 'add plans.reconcile')).toEqual([]);
  // Each began with a request, or with a step that was due.
  const beginnings = new Set(
    collector.spans.filter((span) => span.parentSpanId === null).map(({ name }) => name),
  );
  expect([...beginnings].filter((name) => !/^(POST|GET|PUT) \//.test(name))).toEqual([]);
});

it('go on from where a client has begun one', async () => {
  const traceId = '0af7651916cd43dd8448eb211c80319c';
  const headers = {
    Authorization: `Bearer ${gradus.token}`,
    traceparent: `00-${traceId}-b7ad6b7169203331-01`,
  };
  const url = `${gradus.url}/api/v1/lifecycle/upgrade-plans`;
  expect((await fetch(url, { headers })).status).toBe(200);
  const span = await waitFor(() => collector.spans.find((one) => one.traceId === traceId), {
    what: 'its span',
  });
  expect(span).toMatchObject({
    name: 'GET /api/v1/lifecycle/upgrade-plans',
    parentSpanId: 'b7ad6b7169203331',
  });
});
