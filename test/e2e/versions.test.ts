// Two versions of Gradus side by side on the same data: a newer one, built of this tree, and this one as the older.
import { type Client, createClient } from '@gradus/client';
import type { AgentReport } from '@gradus/domain';
import { type Connection, connect } from '@gradus/redis';
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, it } from 'vitest';
import { registerAgents } from '../support/agents.js';
import { startBalancer } from '../support/balancer.js';
import { registerFleet, UPGRADE } from '../support/fleet.js';
import { type Gradus, startGradus } from '../support/gradus.js';
import { createHandLca, ON_TARGET, reportOn } from '../support/handLca.js';
import { createAsk } from '../support/http.js';
import { buildNewer, NEWER, type NewerBuild } from '../support/newerBuild.js';
import type { LogEntry, RunningApp } from '../support/processes.js';
import { stalledJobs } from '../support/stalledJobs.js';
import { waitFor } from '../support/waitFor.js';
import { startWatchedPlan } from '../support/watchedPlan.js';

const AGENTS = 24;
const CONCURRENCY = 5;
const TIMEOUT_MS = 180_000;
const LEFT_PLAN = 'a plan of a newer version is left to the workers that know it';
const LEFT_JOBS = 'jobs of a newer version are left to the workers that know them';

let build: NewerBuild;
let redis: Connection;
let gradus: Gradus;

beforeAll(async () => {
  build = await buildNewer([NEWER.jobs, NEWER.plans]);
  redis = connect(inject('redisUrl'), 'patient', () => undefined);
}, TIMEOUT_MS);
afterAll(async () => {
  await build.remove();
  await redis.quit();
});
beforeEach(async () => {
  gradus = await startGradus({ workers: 0, env: { LOG_LEVEL: 'debug' } });
});
afterEach(() => gradus.stop());

const older = () => createClient({ baseUrl: gradus.url, token: gradus.token });

async function addNewerApi(): Promise<{ url: string; client: Client }> {
  const api = await gradus.addApi({ root: build.root });
  const url = String(api.ready['url']);
  return { url, client: createClient({ baseUrl: url, token: gradus.token }) };
}

const addNewerWorker = () => gradus.addWorker({ root: build.root });

const untilCompleted = (client: Client, planId: string) =>
  waitFor(async () => (await client.getPlanSummary(planId)).status === 'completed', {
    what: `${planId} to be completed`,
    timeoutMs: 90_000,
  });

/** What the process did to the plan, or with it. */
function stepsOn(planId: string, { log }: RunningApp): LogEntry[] {
  return log.filter((entry) => entry['planId'] === planId && entry.msg !== LEFT_PLAN);
}

const said = ({ log }: RunningApp, msg: string) => log.filter((entry) => entry.msg === msg);

it('plans of both end right, each driven by a worker that knows it', { timeout: TIMEOUT_MS }, async () => {
  const [olderWorker, newerWorker] = [await gradus.addWorker(), await addNewerWorker()];
  const newer = await addNewerApi();
  const balancer = await startBalancer();
  balancer.lead([gradus.url, newer.url]);
  // Every other agent is in the plan of the other version: most check-ins speak of both.
  const { agentIds, lcas } = await registerFleet(older(), AGENTS, {
    url: balancer.url,
    token: gradus.token,
    upgradeMs: 50,
    agentsPerLca: [1, 6],
  });
  lcas.start();
  const plan = { ...UPGRADE, batchSize: AGENTS / 4, concurrency: CONCURRENCY };
  const [even, odd] = [0, 1].map((rest) => agentIds.filter((_, index) => index % 2 === rest));
  const known = await older().createPlan({ ...plan, agentIds: even ?? [] });
  const unknown = await newer.client.createPlan({ ...plan, agentIds: odd ?? [] });
  await Promise.all([known, unknown].map(({ id }) => untilCompleted(newer.client, id)));
  await lcas.stop();
  await balancer.close();

  for (const { id } of [known, unknown]) {
    const ended = await newer.client.getPlan(id);
    expect(ended.counts).toMatchObject({ agents: AGENTS / 2, completed: AGENTS / 2, failed: 0 });
    const tasks = ended.batches.flatMap((batch) => batch.tasks);
    for (const { agentId, lifecycleTaskUuid } of tasks) {
      expect(lcas.ledger.uuidsOf(agentId)).toEqual([lifecycleTaskUuid]);
      expect(lcas.ledger.timesExecuted(lifecycleTaskUuid)).toBe(1);
    }
    const agents = tasks.map(({ agentId }) => agentId);
    expect(lcas.ledger.maxHeldAtOnce(agents)).toBeLessThanOrEqual(CONCURRENCY);
    expect(lcas.ledger.batchOverlaps(ended.batches.map((batch) => batch.agentIds))).toEqual([]);
  }
  expect(lcas.ledger.breaches).toEqual([]);
  expect(balancer.faults).toEqual([]);

  expect(stepsOn(unknown.id, olderWorker)).toEqual([]);
  expect(stepsOn(unknown.id, newerWorker).length).toBeGreaterThan(AGENTS / 2);
  expect(stepsOn(known.id, olderWorker).length).toBeGreaterThan(0);
  expect(said(olderWorker, LEFT_PLAN)).toEqual([
    expect.objectContaining({ level: 40, planId: unknown.id, schema: 2 }),
  ]);
  const kinds = said(olderWorker, LEFT_JOBS).map(({ job, version }) => [job, version]);
  expect(kinds).toContainEqual(['apply-report', 2]);
  // Each kind of job once a minute at most.
  expect(kinds.length).toBeLessThanOrEqual(4 * 3);
  expect([...said(olderWorker, 'job failed'), ...said(newerWorker, 'job failed')]).toEqual([]);
  expect(await stalledJobs(redis, gradus.namespace)).toEqual([]);
});

it('with the older worker alone all that is newer waits, and goes on with a newer one', {
  timeout: TIMEOUT_MS,
}, async () => {
  const newer = await addNewerApi();
  const worker = await addNewerWorker();
  const [newly = '', quick = '', silent = '', later = ''] = await registerAgents(older(), 'w', 4);
  const lca = createHandLca(older(), 'lca-w');
  const unknown = await newer.client.createPlan({ ...UPGRADE, agentIds: [newly] });
  const ofNewer = await lca.takeTask();
  await worker.kill('SIGTERM');

  const olderWorker = await gradus.addWorker();
  const timed = { ...UPGRADE, concurrency: 2, taskTimeout: '1s', failureThreshold: 1 };
  const known = await older().createPlan({ ...timed, agentIds: [quick, silent] });
  const ofOlder = (await lca.takeTasks(2)).find(({ agentId }) => agentId === quick);
  if (ofOlder === undefined) return expect.unreachable();
  // One check-in speaks of both: what is known is applied, what is not waits.
  const reports = [ofNewer, ofOlder].map((task) => reportOn(task, 'completed', ON_TARGET));
  await lca.checkIn(reports);
  const waiting = await newer.client.createPlan({ ...UPGRADE, agentIds: [later] });
  await waitFor(async () => (await older().getPlanSummary(known.id)).counts.completed === 1, {
    what: 'the outcome that is known',
  });
  const left = await waitFor(
    async () => {
      const agentIds = await reportsPutOff();
      return agentIds.length > 0 && agentIds;
    },
    { what: 'the rest of the report to be put off' },
  );
  expect(left).toEqual([newly]);
  // By then the silent agent's deadline would have been judged, did no report wait that may speak against it.
  await waitFor(async () => (await timesPutOff('reports')) >= 12, {
    what: 'the report to be put off again and again',
    timeoutMs: 60_000,
  });
  expect((await older().getPlanSummary(known.id)).counts).toMatchObject({
    completed: 1,
    running: 1,
    failed: 0,
  });
  expect((await newer.client.getPlanSummary(unknown.id)).counts).toMatchObject({ running: 1 });
  expect((await newer.client.getPlanSummary(waiting.id)).status).toBe('pending');
  expect(new Set(said(olderWorker, LEFT_PLAN).map(({ planId }) => planId))).toEqual(
    new Set([unknown.id, waiting.id]),
  );
  expect(olderWorker.log.filter(({ level }) => Number(level) >= 40).length).toBeLessThan(10);

  await addNewerWorker();
  await untilCompleted(newer.client, unknown.id);
  await lca.checkIn([reportOn(await lca.takeTask(), 'completed', ON_TARGET)]);
  await untilCompleted(newer.client, waiting.id);
  await untilCompleted(older(), known.id);
  expect((await older().getPlanSummary(known.id)).counts).toMatchObject({ completed: 1, failed: 1 });
  expect(await stalledJobs(redis, gradus.namespace)).toEqual([]);
});

it('a plan that a newer worker has driven goes on with an older one', { timeout: TIMEOUT_MS }, async () => {
  const newerWorker = await addNewerWorker();
  const plan = await startWatchedPlan(gradus, 100, { upgradeMs: 500 });
  await plan.untilDone(20);
  await newerWorker.kill('SIGTERM');
  await gradus.addWorker();
  await plan.expectRightEnd();
});

it('where the two cannot share their data, the older processes end, say why, and do not come back', {
  timeout: TIMEOUT_MS,
}, async () => {
  const worker = await gradus.addWorker();
  // As a newer version does when it starts.
  await redis.set(`${gradus.namespace}:{index}:schema`, '2');
  for (const app of [gradus.api, worker]) {
    expect(await app.exited).toEqual({ code: 1, signal: null });
    expect(app.log.at(-1)).toMatchObject({ level: 60, msg: 'a newer version has taken over' });
  }
  const why = /a newer version of Gradus works on these data: they are of schema 2, and this version knows 1/;
  await expect(gradus.addApi()).rejects.toThrow(why);
  await expect(gradus.addWorker()).rejects.toThrow(why);
  expect(await createAsk(gradus)('GET', '/healthz').catch(() => null)).toBeNull();
});

/** The agents of which reports are put off at this moment. */
async function reportsPutOff(): Promise<string[]> {
  const prefix = `{${gradus.namespace}}:reports`;
  const ids = await redis.zrange(`${prefix}:delayed`, '0', '-1');
  const texts = await Promise.all(ids.map((id) => redis.hget(`${prefix}:${id}`, 'data')));
  return texts.flatMap((text) => {
    const { reports } = JSON.parse(text ?? '{"reports":[]}') as { reports: AgentReport[] };
    return reports.map(({ agentId }) => agentId);
  });
}

async function timesPutOff(queue: string): Promise<number> {
  const entries = await redis.xrange(`{${gradus.namespace}}:${queue}:events`, '-', '+');
  return entries.filter(([, fields]) => fields.includes('delayed')).length;
}
