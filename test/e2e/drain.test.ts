// What becomes of requests and jobs under way when a process is told to end.
import { once } from 'node:events';
import { get, request } from 'node:http';
import { type Client, createClient } from '@gradus/client';
import type { AgentReport } from '@gradus/domain';
import { type Connection, connect } from '@gradus/redis';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { ON_FROM, registerAgents } from '../support/agents.js';
import { UPGRADE } from '../support/fleet.js';
import { type Gradus, startGradus } from '../support/gradus.js';
import { BASE, createAsk } from '../support/http.js';
import type { Exit, RunningApp } from '../support/processes.js';
import { canStartRedis, createRedisNode } from '../support/redisNode.js';
import { stalledJobs } from '../support/stalledJobs.js';
import { waitFor } from '../support/waitFor.js';

const CLEAN: Exit = { code: 0, signal: null };
/** Of agents whose plan is larger than what lies in a connection's buffers. */
const LARGE_PLAN = 15_000;

let gradus: Gradus;

afterEach(() => gradus.stop());

const started = async (options: Parameters<typeof startGradus>[0]) => {
  gradus = await startGradus(options);
  return { ask: createAsk(gradus), client: createClient({ baseUrl: gradus.url, token: gradus.token }) };
};

const untilStopping = (app: RunningApp) =>
  waitFor(() => app.log.some(({ msg }) => msg === 'stopping'), { what: 'the api to begin to stop' });

/** A request that the api has begun to answer, and whose body is still on its way. */
async function beginImport() {
  const sending = request(`${gradus.url}${BASE}/agents/import`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${gradus.token}`,
      'content-type': 'application/x-ndjson',
      expect: '100-continue',
    },
  });
  sending.flushHeaders();
  await once(sending, 'continue');
  const line = (agentId: string) =>
    JSON.stringify({ agentId, lcaUuid: 'lca', components: [{ componentName: 'zmetis', ...ON_FROM }] });
  return { sending, send: (agentId: string) => sending.write(`${line(agentId)}\n`) };
}

async function bodyOf(response: AsyncIterable<Buffer>): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of response) parts.push(part);
  return Buffer.concat(parts).toString();
}

describe('an api that is told to end', { timeout: 60_000 }, () => {
  it('answers a held check-in at once with 200, and has its LCA come back by another connection', async () => {
    await started({ workers: 0, env: { GRADUS_DRAIN: '10m' } });
    const held = request(`${gradus.url}${BASE}/lcas/lca/check-in?wait=60`, {
      method: 'POST',
      headers: { authorization: `Bearer ${gradus.token}`, 'content-type': 'application/json' },
    }).end('{"reports":[]}');
    const answered = once(held, 'response');
    await untilHeld();
    const exit = gradus.api.kill('SIGTERM');
    const [response] = await answered;
    expect([response.statusCode, response.headers.connection]).toEqual([200, 'close']);
    expect(JSON.parse(await bodyOf(response))).toEqual({ accepted: 0, tasks: [], cancel: [] });
    expect(await exit).toEqual(CLEAN);
  });

  it('lets a request end that is still being sent', async () => {
    await started({ workers: 0, env: { GRADUS_DRAIN: '10m' } });
    const { sending, send } = await beginImport();
    send('first');
    const exit = gradus.api.kill('SIGTERM');
    await untilStopping(gradus.api);
    send('second');
    sending.end();
    const [response] = await once(sending, 'response');
    expect(JSON.parse(await bodyOf(response))).toEqual({ imported: 2, rejected: [] });
    expect(await exit).toEqual(CLEAN);
  });

  it('sends the whole of a large plan to a client that takes its time', async () => {
    const { client } = await started({ workers: 0, env: { GRADUS_DRAIN: '10m' } });
    const agentIds = await registerAgents(client, 'l', LARGE_PLAN);
    const { id } = await client.createPlan({ ...UPGRADE, agentIds, batchSize: 500 }, { minimal: true });
    const asking = get(`${gradus.url}${BASE}/upgrade-plans/${id}`, {
      headers: { authorization: `Bearer ${gradus.token}` },
    });
    const [response] = await once(asking, 'response');
    const exit = gradus.api.kill('SIGTERM');
    await untilStopping(gradus.api);
    const plan = JSON.parse(await bodyOf(response));
    expect(plan.batches.flatMap((batch: { agentIds: string[] }) => batch.agentIds)).toEqual(agentIds);
    expect(await exit).toEqual(CLEAN);
  });

  it('ends an event stream between two events, so that it can be gone on with elsewhere', async () => {
    const { client } = await started({ workers: 0, env: { GRADUS_DRAIN: '10m' } });
    const agentIds = await registerAgents(client, 's', 1);
    const { id } = await client.createPlan({ ...UPGRADE, agentIds });
    const stream = await fetch(`${gradus.url}${BASE}/upgrade-plans/${id}/events`, {
      headers: { authorization: `Bearer ${gradus.token}`, accept: 'text/event-stream' },
    });
    const exit = gradus.api.kill('SIGTERM');
    const text = await stream.text();
    expect(text).toMatch(/^event: plan\.created\ndata: .*\nid: 1\n\n$/);
    expect(await exit).toEqual(CLEAN);
  });

  it('answers 503 to /readyz first, and all else as before', async () => {
    const { ask } = await started({ workers: 0, env: { GRADUS_DRAIN_NOTICE: '3s' } });
    expect((await ask('GET', '/readyz')).status).toBe(200);
    const held = ask('POST', `${BASE}/lcas/lca/check-in?wait=1`, { json: { reports: [] } });
    const exit = gradus.api.kill('SIGTERM');
    await untilStopping(gradus.api);
    const unready = await ask('GET', '/readyz');
    expect([unready.status, unready.json]).toEqual([503, expect.objectContaining({ code: 'unavailable' })]);
    const listed = await ask('GET', `${BASE}/upgrade-plans`);
    expect([listed.status, listed.headers.get('connection')]).toEqual([200, 'close']);
    expect((await held).status).toBe(200);
    expect(await exit).toEqual(CLEAN);
  });

  it('cuts off what does not end in time, and says so by its exit code and in its log', async () => {
    await started({ workers: 0, env: { GRADUS_DRAIN: '1s' } });
    const { sending } = await beginImport();
    const broken = once(sending, 'error');
    expect(await gradus.api.kill('SIGTERM')).toEqual({ code: 1, signal: null });
    await broken;
    expect(gradus.api.log).toContainEqual(
      expect.objectContaining({ msg: 'requests were cut off', cutOff: 1 }),
    );
  });

  it('ends at once when it is told so a second time', async () => {
    await started({ workers: 0, env: { GRADUS_DRAIN: '10m' } });
    const { sending } = await beginImport();
    const broken = once(sending, 'error');
    const exit = gradus.api.kill('SIGTERM');
    await untilStopping(gradus.api);
    await gradus.api.kill('SIGTERM');
    expect(await exit).toEqual({ code: 1, signal: null });
    await broken;
  });

  /** A check-in leaves no trace that it is held; the api's second one answers after it. */
  const untilHeld = () =>
    fetch(`${gradus.url}${BASE}/lcas/lca/check-in?wait=1`, {
      method: 'POST',
      headers: { authorization: `Bearer ${gradus.token}`, 'content-type': 'application/json' },
      body: '{"reports":[]}',
    }).then((response) => response.text());
});

describe('a worker that is told to end', { timeout: 90_000 }, () => {
  let redis: Connection;

  beforeAll(() => {
    redis = connect(inject('redisUrl'), 'patient', () => undefined);
  });
  afterAll(() => redis.quit());

  /** Reports of so many agents: a job that takes a while. */
  async function newsOf(client: Client, prefix: string, count: number): Promise<AgentReport[]> {
    const agentIds = await registerAgents(client, prefix, count);
    return agentIds.map((agentId) => ({ agentId, components: [{ componentName: 'zmetis', ...ON_FROM }] }));
  }

  const isHeardOf = async (client: Client, report: AgentReport | undefined) =>
    (await client.getAgent(report?.agentId ?? '')).lastSeenAt !== null;

  const activeReports = () => redis.llen(`{${gradus.namespace}}:reports:active`);

  it('hands back what it has no time for, and another one takes it at once', async () => {
    const { client } = await started({ env: { GRADUS_DRAIN: '0s' } });
    const reports = await newsOf(client, 'r', 10_000);
    await client.checkIn('lca-r', { reports });
    await waitFor(async () => (await activeReports()) === 1, { what: 'the reports to be under way' });
    const [worker] = gradus.workers;
    expect(await worker?.kill('SIGTERM')).toEqual(CLEAN);
    expect(worker?.log).toContainEqual(
      expect.objectContaining({ msg: 'no time is left for the job: it is handed back', job: 'apply-report' }),
    );
    expect(await activeReports()).toBe(0);
    expect(await redis.llen(`{${gradus.namespace}}:reports:wait`)).toBe(1);
    await gradus.addWorker({ env: { GRADUS_DRAIN: '1m' } });
    await waitFor(async () => await isHeardOf(client, reports.at(-1)), {
      what: 'the last report to be applied',
      timeoutMs: 60_000,
    });
    expect(await stalledJobs(redis, gradus.namespace)).toEqual([]);
  });

  it('ends its jobs first where there is time', async () => {
    const { client } = await started({ env: { GRADUS_DRAIN: '1m' } });
    const reports = await newsOf(client, 'd', 5_000);
    await client.checkIn('lca-d', { reports });
    await waitFor(async () => (await activeReports()) === 1, { what: 'the reports to be under way' });
    expect(await gradus.workers[0]?.kill('SIGTERM')).toEqual(CLEAN);
    expect(await isHeardOf(client, reports.at(-1))).toBe(true);
    expect(await stalledJobs(redis, gradus.namespace)).toEqual([]);
  });

  it.skipIf(!canStartRedis)('ends with code 1 where a job waits for a Redis that stands still', async () => {
    const args = ['--appendonly', 'yes', '--enable-debug-command', 'yes'];
    const node = await createRedisNode(({ port }) => ['--port', String(port), ...args]);
    await node.start();
    try {
      const redisUrl = `redis://127.0.0.1:${node.port}`;
      const { client } = await started({ redisUrl, env: { GRADUS_DRAIN: '1s' } });
      await client.checkIn('lca-f', { reports: await newsOf(client, 'f', 10_000) });
      const active = `{${gradus.namespace}}:reports:active`;
      await waitFor(async () => (await node.ask('LLEN', active)) === 1, {
        what: 'the reports to be under way',
      });
      const asleep = node.ask('DEBUG', 'SLEEP', '600').catch(() => undefined);
      const [worker] = gradus.workers;
      expect(await worker?.kill('SIGTERM')).toEqual({ code: 1, signal: null });
      expect(worker?.log.at(-1)?.msg).toMatch(/^not ended in time/);
      await gradus.api.kill('SIGKILL');
      await node.kill();
      await asleep;
    } finally {
      await gradus.stop();
      await node.remove();
    }
  });

  it('ends at once when it is told so a second time', async () => {
    const { client } = await started({ env: { GRADUS_DRAIN: '10m' } });
    await client.checkIn('lca-t', { reports: await newsOf(client, 't', 10_000) });
    await waitFor(async () => (await activeReports()) === 1, { what: 'the reports to be under way' });
    const [worker] = gradus.workers;
    const exit = worker?.kill('SIGTERM');
    await waitFor(() => worker?.log.some(({ msg }) => msg === 'draining'), { what: 'the worker to drain' });
    await worker?.kill('SIGTERM');
    expect(await exit).toEqual({ code: 1, signal: null });
    expect(await activeReports()).toBe(1);
  });
});
