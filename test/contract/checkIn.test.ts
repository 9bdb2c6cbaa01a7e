// The check-in: when it is answered, what it hands out, and what its reports leave behind.
import { type Client, createClient } from '@gradus/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registerAgents } from '../support/agents.js';
import { UPGRADE } from '../support/fleet.js';
import { type Gradus, startGradus } from '../support/gradus.js';
import { createHandLca, reportOn } from '../support/handLca.js';
import { waitFor } from '../support/waitFor.js';

let gradus: Gradus;
let client: Client;

beforeAll(async () => {
  gradus = await startGradus();
  client = createClient({ baseUrl: gradus.url, token: gradus.token });
});
afterAll(() => gradus.stop());

/** Milliseconds that it took. */
async function timed<Answer>(answer: Promise<Answer>): Promise<{ answer: Answer; tookMs: number }> {
  const began = performance.now();
  return { answer: await answer, tookMs: performance.now() - began };
}

describe('the long poll', () => {
  it('answers at once where no wait is asked for', async () => {
    const { answer, tookMs } = await timed(client.checkIn('lca-idle', { reports: [], wait: 0 }));
    expect(answer).toEqual({ accepted: 0, tasks: [], cancel: [] });
    expect(tookMs).toBeLessThan(900);
  });

  it('is held open for its wait where nothing comes', async () => {
    const { answer, tookMs } = await timed(client.checkIn('lca-idle', { reports: [], wait: 1 }));
    expect(answer).toEqual({ accepted: 0, tasks: [], cancel: [] });
    expect(tookMs).toBeGreaterThanOrEqual(990);
    expect(tookMs).toBeLessThan(3_000);
  });

  it('ends as soon as a task comes, and as soon as a cancellation does', async () => {
    const agentIds = await registerAgents(client, 'poll', 1);
    const { id } = await client.createPlan({ ...UPGRADE, agentIds, autoStart: false });
    const waiting = client.checkIn('lca-poll', { reports: [], wait: 60 });
    await client.checkIn('lca-poll', { reports: [], wait: 1 });
    const started = timed(waiting);
    await client.startPlan(id);
    const { answer, tookMs } = await started;
    expect(tookMs).toBeLessThan(4_000);
    expect(answer.tasks.map(({ agentId }) => agentId)).toEqual(agentIds);

    const next = client.checkIn('lca-poll', { reports: [], wait: 60 });
    await client.checkIn('lca-poll', { reports: [], wait: 1 });
    const ended = timed(next);
    await client.cancelPlan(id);
    const cancellation = await ended;
    expect(cancellation.tookMs).toBeLessThan(4_000);
    expect(cancellation.answer.cancel).toEqual(answer.tasks.map((task) => task.lifecycleTaskUuid));
  });

  it('may be open several times: one waits, another reports', async () => {
    const agentIds = await registerAgents(client, 'several', 2);
    const { id } = await client.createPlan({ ...UPGRADE, agentIds, concurrency: 1, autoStart: false });
    const open = () => client.checkIn('lca-several', { reports: [], wait: 60 });
    const waits = [open(), open()];
    const settled: number[] = [];
    for (const [index, wait] of waits.entries()) void wait.then(() => settled.push(index));
    const reports = [{ agentId: agentIds[0] ?? '' }];
    expect((await client.checkIn('lca-several', { reports })).accepted).toBe(1);
    expect(settled).toEqual([]);

    await client.startPlan(id);
    const { tasks } = await Promise.race(waits);
    expect(tasks.map(({ agentId }) => agentId)).toEqual(agentIds.slice(0, 1));
    await client.checkIn('lca-several', { reports: [], wait: 1 });
    expect(settled).toHaveLength(1);
    await client.cancelPlan(id);
    const both = await Promise.all(waits);
    expect(both.flatMap(({ cancel }) => cancel)).toEqual(tasks.map((task) => task.lifecycleTaskUuid));
  });
});

describe('a lifecycle task', () => {
  it('says all that is to be done', async () => {
    const agentIds = await registerAgents(client, 'order', 1);
    const plan = await client.createPlan({ ...UPGRADE, agentIds, taskTimeout: '20m' });
    const [planned] = plan.batches[0]?.tasks ?? [];
    const task = await createHandLca(client, 'lca-order').takeTask();
    const shown = (await client.getBatch(plan.id, 0)).tasks[0];
    expect(shown).toMatchObject({ status: 'dispatched', dispatchedAt: expect.any(String) });
    expect(task).toEqual({
      lifecycleTaskUuid: planned?.lifecycleTaskUuid,
      agentId: agentIds[0],
      taskType: 'update',
      componentUuid: planned?.componentUuid,
      componentInstanceUuid: planned?.componentInstanceUuid,
      componentName: 'zmetis',
      fromVersion: '1.2.0',
      toVersion: '1.3.0',
      toRelease: '221',
      deadline: new Date(Date.parse(shown?.dispatchedAt ?? '') + 20 * 60_000).toISOString(),
      attempt: 1,
      artifacts: [],
    });
  });

  it('is not handed out again at once', async () => {
    const agentIds = await registerAgents(client, 'once', 1);
    await client.createPlan({ ...UPGRADE, agentIds });
    const lca = createHandLca(client, 'lca-once');
    const task = await lca.takeTask();
    expect((await lca.checkIn([], 2)).tasks).toEqual([]);
    expect((await lca.checkIn([reportOn(task, 'running')], 2)).tasks).toEqual([]);
  });

  it('is shown running once its LCA says so', async () => {
    const agentIds = await registerAgents(client, 'runs', 1);
    const { id } = await client.createPlan({ ...UPGRADE, agentIds });
    const lca = createHandLca(client, 'lca-runs');
    await lca.checkIn([reportOn(await lca.takeTask(), 'running')]);
    await waitFor(async () => (await client.getBatch(id, 0)).tasks[0]?.status === 'running', {
      what: 'the task to be shown running',
    });
  });

  it('goes to its own LCA alone', async () => {
    const agentIds = await registerAgents(client, 'owned', 1);
    await client.createPlan({ ...UPGRADE, agentIds });
    await createHandLca(client, 'lca-owned').takeTask();
    expect((await client.checkIn('lca-other', { reports: [] })).tasks).toEqual([]);
  });
});

describe('a report', () => {
  it('of facts changes the inventory and says when the agent was seen', async () => {
    const [agentId = ''] = await registerAgents(client, 'facts', 1);
    const { components, lastSeenAt } = await client.getAgent(agentId);
    expect(lastSeenAt).toBeNull();
    const byName = { componentName: 'zmetis', runtimeStatus: 'degraded' };
    const began = Date.now();
    await client.checkIn('lca-facts', { reports: [{ agentId, components: [byName] }] });
    const seen = await waitFor(
      async () => {
        const agent = await client.getAgent(agentId);
        return agent.lastSeenAt !== null && agent;
      },
      { what: 'the report to be applied' },
    );
    expect(seen.components).toEqual([{ ...components[0], runtimeStatus: 'degraded' }]);
    // Redis' clock is the one that counts; it may be a little off this process'.
    expect(Math.abs(Date.parse(seen.lastSeenAt ?? '') - began)).toBeLessThan(5_000);

    const componentInstanceUuid = components[0]?.componentInstanceUuid;
    const byUuid = { componentInstanceUuid, runtimeStatus: 'running', actualRelease: '216' };
    await client.checkIn('lca-facts', { reports: [{ agentId, components: [byUuid] }] });
    const [later] = await waitFor(
      async () => {
        const agent = await client.getAgent(agentId);
        return agent.components[0]?.runtimeStatus === 'running' && agent.components;
      },
      { what: 'the second report to be applied' },
    );
    expect(later).toEqual({ ...components[0], actualRelease: '216' });
  });

  it('of an agent, an instance or a task that nobody knows is accepted and changes nothing', async () => {
    const [agentId = ''] = await registerAgents(client, 'strange', 1);
    const { id } = await client.createPlan({ ...UPGRADE, agentIds: [agentId] });
    const lca = createHandLca(client, 'lca-strange');
    await lca.takeTask();
    const before = await client.getPlan(id);
    const unknownTask = { lifecycleTaskUuid: 'task-unknown', status: 'failed' as const };
    const unknownInstance = { componentInstanceUuid: 'nowhere', actualVersion: '9.9.9' };
    const answer = await lca.checkIn([
      { agentId: 'never-registered', tasks: [unknownTask] },
      { agentId, tasks: [unknownTask], components: [unknownInstance] },
    ]);
    expect(answer.accepted).toBe(2);
    await waitFor(async () => (await client.getAgent(agentId)).lastSeenAt !== null, {
      what: 'the reports to be applied',
    });
    expect(await client.getPlan(id)).toEqual(before);
    await expect(client.getAgent('never-registered')).rejects.toMatchObject({ status: 404 });
  });
});
