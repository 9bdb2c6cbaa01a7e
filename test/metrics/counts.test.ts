// The metrics of an api and two workers, read as Prometheus reads them, beside a plan that they ran.
import { once } from 'node:events';
import { get } from 'node:http';
import { type Client, createClient } from '@gradus/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { registerAgents } from '../support/agents.js';
import { UPGRADE } from '../support/fleet.js';
import { type Gradus, startGradus } from '../support/gradus.js';
import { createHandLca, ON_TARGET, reportOn } from '../support/handLca.js';
import { type Ask, BASE, createAsk } from '../support/http.js';
import { expectProblem } from '../support/problems.js';
import type { RunningApp } from '../support/processes.js';
import { waitFor } from '../support/waitFor.js';
import { metricsUrlOf, type Scrape, scrape } from './scrape.js';

/** More than it takes until figures of the whole system are read anew. */
const FIGURES_WITHIN = { timeoutMs: 15_000 };

let gradus: Gradus;
let client: Client;
let ask: Ask;

beforeAll(async () => {
  gradus = await startGradus({
    workers: 2,
    env: { GRADUS_METRICS_PORT: '0', GRADUS_RETRY_BACKOFF: '0s', GRADUS_WAITING_AT_ONCE: '1' },
  });
  client = createClient({ baseUrl: gradus.url, token: gradus.token });
  ask = createAsk(gradus);
});
afterAll(() => gradus.stop());

const read = async (app: RunningApp) => scrape(await metricsUrlOf(app));
const readAll = () => Promise.all([gradus.api, ...gradus.workers].map(read));

/** @returns the sum over all processes, as a query has it */
async function total(name: string, labels: Record<string, string> = {}): Promise<number> {
  return (await readAll()).reduce((sum, one) => sum + one.sum(name, labels), 0);
}

it('counts each outcome once, by its reason, whoever applied it and however often it was reported', async () => {
  const agentIds = await registerAgents(client, 'counted', 5);
  const { id } = await client.createPlan({
    ...UPGRADE,
    agentIds,
    concurrency: 5,
    failureThreshold: 1,
    maxAttempts: 2,
  });
  const lca = createHandLca(client, 'lca-counted');
  const tasks = await lca.takeTasks(5);
  const [bad, wrong, ...good] = tasks;
  if (bad === undefined || wrong === undefined) return expect.unreachable('five tasks have come');
  const offTarget = { ...ON_TARGET, actualVersion: '1.2.9' };
  const reports = [
    reportOn(bad, 'failed'),
    reportOn(wrong, 'completed', offTarget),
    ...good.map((task) => reportOn(task, 'completed', ON_TARGET)),
  ];
  for (let times = 0; times < 3; times += 1) await lca.checkIn(reports);
  const again = await lca.takeTasks(2);
  await lca.checkIn(
    again.map((task) =>
      task.agentId === bad.agentId ? reportOn(task, 'failed') : reportOn(task, 'completed', ON_TARGET),
    ),
  );
  const { counts } = await waitFor(
    async () => {
      const plan = await client.getPlanSummary(id);
      return plan.status === 'completed' && plan;
    },
    { what: 'the plan to be completed' },
  );

  expect(counts).toMatchObject({ completed: 4, failed: 1 });
  const outcomes = 'gradus_task_outcomes_total';
  expect(await total(outcomes, { outcome: 'completed' })).toBe(counts.completed);
  expect(await total(outcomes, { outcome: 'failed' })).toBe(counts.failed);
  expect(await total(outcomes, { outcome: 'failed', reason: 'reported' })).toBe(1);
  expect(await total(outcomes, { outcome: 'retried' })).toBe(2);
  expect(await total(outcomes, { outcome: 'retried', reason: 'off-target' })).toBe(1);
  const attempts = tasks.length + again.length;
  expect(await total('gradus_task_dispatch_wait_seconds_count')).toBe(attempts);
  expect(await total('gradus_task_duration_seconds_count')).toBe(attempts);
  expect(await total('gradus_task_release_to_outcome_seconds_count')).toBe(attempts);
  for (const type of ['plan.created', 'plan.started', 'batch.completed', 'plan.completed']) {
    expect(await total('gradus_plan_events_total', { type }), type).toBe(1);
  }
  expect(await total('gradus_job_duration_seconds_count', { queue: 'tasks', outcome: 'completed' })).toBe(
    attempts,
  );
});

it('measures from release to outcome through the time that the LCA said it was running', async () => {
  const before = await Promise.all(gradus.workers.map(read));
  const [agentId = ''] = await registerAgents(client, 'slow', 1);
  const { id } = await client.createPlan({ ...UPGRADE, agentIds: [agentId] });
  const lca = createHandLca(client, 'lca-slow');
  const task = await lca.takeTask();
  await lca.checkIn([reportOn(task, 'running')]);
  await waitFor(
    async () => (await client.getBatch(id, 0)).tasks.every(({ status }) => status === 'running'),
    { what: 'the task to run' },
  );
  await lca.checkIn([reportOn(task, 'completed', ON_TARGET)]);
  const seconds = (name: string, scrapes: readonly Scrape[]) =>
    scrapes.reduce((sum, one) => sum + one.sum(`${name}_sum`), 0);
  const whole = 'gradus_task_release_to_outcome_seconds';
  const after = await waitFor(
    async () => {
      const now = await Promise.all(gradus.workers.map(read));
      return seconds(whole, now) > seconds(whole, before) && now;
    },
    { what: 'the outcome to be counted' },
  );
  const { dispatchedAt, completedAt } = (await client.getBatch(id, 0)).tasks[0] ?? {};
  const took = (Date.parse(completedAt ?? '') - Date.parse(dispatchedAt ?? '')) / 1_000;
  const part = 'gradus_task_duration_seconds';
  expect(seconds(part, after) - seconds(part, before)).toBeCloseTo(took, 3);
  const waited = 'gradus_task_dispatch_wait_seconds';
  expect(seconds(whole, after) - seconds(whole, before)).toBeCloseTo(
    took + seconds(waited, after) - seconds(waited, before),
    3,
  );
});

it('counts an upgrade that went bad afterwards as completed and as regressed, and measures it once', async () => {
  const measured = 'gradus_task_duration_seconds_count';
  const before = await total(measured);
  const [agentId = ''] = await registerAgents(client, 'watched', 1);
  const { id } = await client.createPlan({ ...UPGRADE, agentIds: [agentId], observeDuration: '1h' });
  const lca = createHandLca(client, 'lca-watched');
  const task = await lca.takeTask();
  await lca.checkIn([reportOn(task, 'completed', ON_TARGET)]);
  await waitFor(async () => (await total(measured)) === before + 1, { what: 'the upgrade to be counted' });
  const { componentInstanceUuid } = task;
  await lca.checkIn([{ agentId, components: [{ componentInstanceUuid, runtimeStatus: 'crashed' }] }]);
  const regressed = { outcome: 'failed', reason: 'regressed' };
  await waitFor(async () => (await total('gradus_task_outcomes_total', regressed)) === 1, {
    what: 'the regress to be counted',
  });
  expect(await total(measured)).toBe(before + 1);
  await client.cancelPlan(id);
});

it('tells in every process alike how all plans stand, and counts a pause by the threshold once', async () => {
  const [tripped = ''] = await registerAgents(client, 'tripped', 1);
  const [silent = '', waiting = ''] = await registerAgents(client, 'silent', 2);
  await client.createPlan({ ...UPGRADE, agentIds: [tripped], failureThreshold: 0 });
  await client.createPlan({ ...UPGRADE, agentIds: [silent] });
  await client.createPlan({ ...UPGRADE, agentIds: [waiting], autoStart: false });
  const lca = createHandLca(client, 'lca-tripped');
  await lca.checkIn([reportOn(await lca.takeTask(), 'failed')]);
  const plans = (one: Scrape, status: string) => one.value('gradus_plans', { status });
  await waitFor(
    async () => {
      const all = await readAll();
      return all.every(
        (one) =>
          one.value('gradus_plans_paused', { by: 'threshold' }) === 1 &&
          ['pending', 'running', 'paused'].every((status) => plans(one, status) === 1) &&
          plans(one, 'ended') === 3 &&
          (one.value('gradus_plan_longest_silence_seconds') ?? 0) > 0,
      );
    },
    { what: 'the same figures in every process', ...FIGURES_WITHIN },
  );
  // With the one that the regress had paused.
  expect(await total('gradus_plan_pauses_total', { by: 'threshold' })).toBe(2);
  expect(await total('gradus_plan_pauses_total')).toBe(2);
});

it('names routes by their pattern, and does not time who waits', async () => {
  const route = `${BASE}/agents/{agentId}`;
  const counted = async (labels: Record<string, string>) =>
    (await read(gradus.api)).sum('gradus_http_requests_total', labels);
  await ask('GET', `${BASE}/agents/nobody-1`);
  await ask('GET', `${BASE}/agents/nobody-2`, { authorization: null });
  await ask('GET', '/nowhere/at/all');
  await ask('GET', '/queues/api/queues');
  await waitFor(async () => (await counted({ method: 'GET', route, code: '4xx' })) === 2, {
    what: 'both requests to be counted',
  });
  expect(await counted({ method: 'GET', route: 'none', code: '4xx' })).toBe(1);
  expect(await counted({ route: '/queues' })).toBe(1);

  const checkIn = { method: 'POST', route: `${BASE}/lcas/{lcaUuid}/check-in` };
  const timed = async () =>
    (await read(gradus.api)).sum('gradus_http_request_duration_seconds_count', checkIn);
  const [countedBefore, timedBefore] = [await counted(checkIn), await timed()];
  await ask('POST', `${BASE}/lcas/idle/check-in?wait=1`, { json: {} });
  await ask('POST', `${BASE}/lcas/idle/check-in`, { json: {} });
  await waitFor(async () => (await counted(checkIn)) === countedBefore + 2, { what: 'two more check-ins' });
  expect(await timed()).toBe(timedBefore + 1);
});

it('counts what is in hand, and what is turned away', async () => {
  const leaves = new AbortController();
  const held = fetch(`${gradus.url}${BASE}/lcas/held/check-in?wait=60`, {
    method: 'POST',
    headers: { authorization: `Bearer ${gradus.token}` },
    signal: leaves.signal,
  }).catch(() => undefined);
  const inHand = async () => (await read(gradus.api)).value('gradus_http_in_hand', { kind: 'waiting' });
  await waitFor(async () => (await inHand()) === 1, { what: 'the check-in to wait' });
  expectProblem(await ask('POST', `${BASE}/lcas/other/check-in?wait=60`), 503, 'unavailable');
  expect((await read(gradus.api)).value('gradus_http_refused_total', { limit: 'waiting' })).toBe(1);
  leaves.abort();
  await held;
  await waitFor(async () => (await inHand()) === 0, { what: 'nobody to wait' });
});

it('has no label that grows with plans, agents or tasks', async () => {
  for (const { samples } of await readAll()) {
    const values = samples.flatMap(({ labels }) => Object.values(labels));
    const growing = /plan-|task-|lca-|[0-9a-f]{8}-|counted|nobody|nowhere/;
    expect(values.filter((value) => growing.test(value))).toEqual([]);
    expect(samples.length).toBeLessThan(1_500);
  }
});

it('is told on the api itself only to who has a token with the scope', async () => {
  const url = `${gradus.url}/metrics`;
  const withToken = await scrape(url, { headers: { authorization: `Bearer ${gradus.token}` } });
  const names = ({ metrics }: Scrape) => metrics.map(({ name }) => name);
  expect(names(withToken)).toEqual(names(await read(gradus.api)));
  expectProblem(await ask('GET', '/metrics', { authorization: null }), 401, 'unauthenticated');
  const elsewhere = await metricsUrlOf(gradus.api);
  for (const path of ['/', '/healthz', '//']) {
    const [answer] = await once(get(elsewhere, { path }), 'response');
    expect(answer.statusCode, path).toBe(404);
    answer.resume();
  }
});

it('shows the jobs that no worker takes, and a worker that comes back counts from zero', async () => {
  const [agentId = ''] = await registerAgents(client, 'late', 1);
  await client.createPlan({ ...UPGRADE, agentIds: [agentId] });
  const lca = createHandLca(client, 'lca-late');
  const task = await lca.takeTask();
  await Promise.all(gradus.workers.map((worker) => worker.kill('SIGTERM')));
  await lca.checkIn([reportOn(task, 'completed', ON_TARGET)]);
  const waiting = { queue: 'reports', state: 'waiting' };
  await waitFor(
    async () => {
      const api = await read(gradus.api);
      const age = api.value('gradus_queue_oldest_job_age_seconds', waiting) ?? 0;
      const overdue = api.value('gradus_queue_oldest_job_age_seconds', {
        queue: 'batches',
        state: 'delayed',
      });
      return api.value('gradus_queue_jobs', waiting) === 1 && age > 0 && (overdue ?? 0) > 0;
    },
    { what: 'the report that waits, and the look that is overdue', ...FIGURES_WITHIN },
  );
  const worker = await gradus.addWorker();
  const completed = { outcome: 'completed', reason: 'none' };
  await waitFor(async () => (await read(worker)).value('gradus_task_outcomes_total', completed) === 1, {
    what: 'the one outcome that it applied',
    timeoutMs: 15_000,
  });
});
