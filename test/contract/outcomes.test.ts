// How a task ends: what its LCA says and what its instance reports, together.
import { type Client, createClient } from '@gradus/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registerAgents } from '../support/agents.js';
import { TO, UPGRADE } from '../support/fleet.js';
import { type Gradus, startGradus } from '../support/gradus.js';
import { createHandLca, ON_TARGET, reportOn } from '../support/handLca.js';
import { waitFor } from '../support/waitFor.js';

let gradus: Gradus;
let client: Client;

beforeAll(async () => {
  gradus = await startGradus();
  client = createClient({ baseUrl: gradus.url, token: gradus.token });
});
afterAll(() => gradus.stop());

/** A plan of one agent, its task in the hands of its LCA. */
async function oneTask(prefix: string, more: { observeDuration?: string; failureThreshold?: number } = {}) {
  const agentIds = await registerAgents(client, prefix, 1);
  const { id } = await client.createPlan({ ...UPGRADE, agentIds, ...more });
  const lca = createHandLca(client, `lca-${prefix}`);
  const task = await lca.takeTask();
  const { agentId, componentInstanceUuid } = task;
  const facts = (reported: object) => [{ agentId, components: [{ componentInstanceUuid, ...reported }] }];
  const shown = async () => (await client.getBatch(id, 0)).tasks[0];
  const untilStatus = (status: string) =>
    waitFor(
      async () => {
        const now = await shown();
        return now?.status === status && now;
      },
      { what: `the task to be ${status}` },
    );
  return { id, lca, task, facts, shown, untilStatus };
}

describe('a task completes when its LCA said so and its instance runs the target', () => {
  it('both in one report', async () => {
    const { id, lca, task, untilStatus } = await oneTask('both');
    await lca.checkIn([reportOn(task, 'completed', ON_TARGET)]);
    expect(await untilStatus('completed')).toMatchObject({
      ...ON_TARGET,
      error: null,
      previousVersion: '1.2.0',
      previousRelease: '215',
      completedAt: expect.any(String),
    });
    await waitFor(async () => (await client.getPlanSummary(id)).status === 'completed', {
      what: 'the plan to complete',
    });
  });

  it('the word first: it stays running until the facts come', async () => {
    const { id, lca, task, facts, shown, untilStatus } = await oneTask('word');
    await lca.checkIn([reportOn(task, 'completed')]);
    await untilStatus('running');
    // Facts that do not yet show the target decide nothing.
    await lca.checkIn(facts({ runtimeStatus: 'restarting' }));
    await waitFor(async () => (await shown())?.runtimeStatus === 'restarting', {
      what: 'the facts to be shown',
    });
    expect(await shown()).toMatchObject({ status: 'running', completedAt: null });
    await lca.checkIn(facts({ actualVersion: TO.version }));
    await waitFor(async () => (await shown())?.actualVersion === TO.version, { what: 'the version' });
    expect((await shown())?.status).toBe('running');
    expect((await client.getPlanSummary(id)).counts).toMatchObject({ running: 1, completed: 0 });
    await lca.checkIn(facts(ON_TARGET));
    await untilStatus('completed');
  });

  it('the facts first: it is not completed before the word', async () => {
    const { lca, task, facts, shown, untilStatus } = await oneTask('facts');
    await lca.checkIn(facts(ON_TARGET));
    await waitFor(async () => (await shown())?.actualVersion === TO.version, { what: 'the facts' });
    expect((await shown())?.status).toBe('dispatched');
    await lca.checkIn([reportOn(task, 'completed')]);
    await untilStatus('completed');
  });
});

describe('a task fails', () => {
  it('when its LCA says so, with the error that it gives', async () => {
    const { id, lca, task, untilStatus } = await oneTask('fails');
    await lca.checkIn([reportOn(task, 'failed')]);
    expect((await untilStatus('failed')).error).toBe('checksum mismatch');
    const summary = await client.getPlanSummary(id);
    expect(summary).toMatchObject({
      status: 'paused',
      pauseReason: expect.stringMatching(/^Failure threshold exceeded/),
      counts: { failed: 1 },
    });
  });

  it.each([
    ['the old version', { actualVersion: '1.2.0', actualRelease: '215' }, '1.2.0'],
    ['another release', { actualVersion: TO.version, actualRelease: '220' }, '220'],
  ])('when the report that says completed shows %s', async (_, reported, named) => {
    const { lca, task, untilStatus } = await oneTask(`false-${named}`, { failureThreshold: 1 });
    await lca.checkIn([reportOn(task, 'completed', { runtimeStatus: 'running', ...reported })]);
    const failed = await untilStatus('failed');
    expect(failed.error).toContain(named);
    expect(failed).toMatchObject(reported);
  });

  it('and stays failed, whatever comes late; the facts are shown all the same', async () => {
    const { id, lca, task, shown, untilStatus } = await oneTask('late', {
      failureThreshold: 1,
      observeDuration: '1h',
    });
    await lca.checkIn([reportOn(task, 'failed')]);
    await untilStatus('failed');
    await lca.checkIn([reportOn(task, 'completed', ON_TARGET)]);
    await waitFor(async () => (await shown())?.actualVersion === TO.version, { what: 'the late facts' });
    expect(await shown()).toMatchObject({ status: 'failed', error: 'checksum mismatch' });
    expect((await client.getPlanSummary(id)).counts).toMatchObject({ failed: 1, completed: 0 });
  });
});

describe('retryFailed', () => {
  it('has the failed agents of the batch tried again, and forgets that they failed', async () => {
    const { id, lca, task, untilStatus } = await oneTask('retried');
    await lca.checkIn([reportOn(task, 'failed')]);
    await untilStatus('failed');
    const resumed = await client.resumePlan(id, { retryFailed: true });
    expect(resumed).toMatchObject({
      status: 'running',
      pauseReason: null,
      counts: { failed: 0 },
      batches: [{ failedCount: 0, forgiven: 0 }],
    });
    const again = await lca.takeTask();
    expect(again.agentId).toBe(task.agentId);
    expect(again.lifecycleTaskUuid).not.toBe(task.lifecycleTaskUuid);
    await lca.checkIn([reportOn(again, 'completed', ON_TARGET)]);
    expect(await untilStatus('completed')).toMatchObject({ error: null });
    await waitFor(async () => (await client.getPlanSummary(id)).status === 'completed', {
      what: 'the plan to complete',
    });
  });
});

describe('an agent that is observed', () => {
  it.each([
    ['crashes', { runtimeStatus: 'crashed' }, /crashed/],
    ['stops', { runtimeStatus: 'stopped' }, /stopped/],
    ['fails', { runtimeStatus: 'failed' }, /failed/],
    ['falls back', { actualVersion: '1.2.0', actualRelease: '215' }, /1\.2\.0/],
  ])('and %s turns failed, and pauses the plan', async (what, reported, error) => {
    const { id, lca, task, facts, untilStatus } = await oneTask(`watched-${what.replace(' ', '-')}`, {
      observeDuration: '1h',
    });
    await lca.checkIn([reportOn(task, 'completed', ON_TARGET)]);
    await waitFor(async () => (await client.getBatch(id, 0)).status === 'observing', {
      what: 'the batch to be observed',
    });
    await lca.checkIn(facts(reported));
    expect((await untilStatus('failed')).error).toMatch(error);
    expect(await client.getPlanSummary(id)).toMatchObject({
      status: 'paused',
      pauseReason: expect.stringMatching(/^Failure threshold exceeded/),
      counts: { completed: 0, failed: 1 },
      batches: [{ failedCount: 1, allowedFailures: 0 }],
    });
  });

  it.each(['at the gate', 'while its plan is paused'])('is watched %s too', async (where) => {
    const isPaused = where !== 'at the gate';
    const prefix = isPaused ? 'watched-paused' : 'watched-gate';
    const agentIds = await registerAgents(client, prefix, 2);
    const { id } = await client.createPlan({ ...UPGRADE, agentIds, batchSize: 1, gate: 'manual' });
    const lca = createHandLca(client, `lca-${prefix}`);
    const task = await lca.takeTask();
    await lca.checkIn([reportOn(task, 'completed', ON_TARGET)]);
    await waitFor(async () => (await client.getPlanSummary(id)).waitingFor?.reason === 'gate', {
      what: 'the batch to wait at its gate',
    });
    if (isPaused) await client.pausePlan(id, { reason: 'lunch' });
    const { agentId, componentInstanceUuid } = task;
    await lca.checkIn([{ agentId, components: [{ componentInstanceUuid, runtimeStatus: 'crashed' }] }]);
    const tripped = await waitFor(
      async () => {
        const summary = await client.getPlanSummary(id);
        return summary.counts.failed === 1 && summary;
      },
      { what: 'the crash to be counted' },
    );
    expect(tripped).toMatchObject({
      status: 'paused',
      pauseReason: expect.stringMatching(/^Failure threshold exceeded: 1 of 1 failed/),
      batches: [{ status: 'observing', failedCount: 1 }, { status: 'pending' }],
    });
  });

  it('and is heard of well counts as confirmed; silence is not failure', async () => {
    const agentIds = await registerAgents(client, 'quiet', 2);
    const { id } = await client.createPlan({ ...UPGRADE, agentIds, observeDuration: '4s' });
    const lca = createHandLca(client, 'lca-quiet');
    const tasks = await lca.takeTasks(2);
    await lca.checkIn(tasks.map((task) => reportOn(task, 'completed', ON_TARGET)));
    const observed = await waitFor(
      async () => {
        const batch = await client.getBatch(id, 0);
        return batch.status === 'observing' && batch;
      },
      { what: 'the batch to be observed' },
    );
    expect(observed.unconfirmed).toBe(2);
    const [{ agentId, componentInstanceUuid } = { agentId: '', componentInstanceUuid: '' }] = tasks;
    await lca.checkIn([{ agentId, components: [{ componentInstanceUuid, ...ON_TARGET }] }]);
    const closed = await waitFor(
      async () => {
        const batch = await client.getBatch(id, 0);
        return batch.completedAt !== null && batch;
      },
      { what: 'the batch to close' },
    );
    expect(closed).toMatchObject({ status: 'completed', unconfirmed: 1, failedCount: 0 });
    const openMs = Date.parse(closed.completedAt ?? '') - Date.parse(closed.tasks[0]?.completedAt ?? '');
    expect(openMs).toBeGreaterThanOrEqual(4_000);
  });
});

it('a pause by the threshold names the most frequent error', async () => {
  const agentIds = await registerAgents(client, 'frequent', 5);
  const { id } = await client.createPlan({ ...UPGRADE, agentIds, failureThreshold: 0.4 });
  const lca = createHandLca(client, 'lca-frequent');
  const errors = ['disk full', 'no route', 'no route'];
  for (const [index, { agentId, lifecycleTaskUuid }] of (await lca.takeTasks(5)).slice(0, 3).entries()) {
    const error = errors[index] ?? '';
    await lca.checkIn([{ agentId, tasks: [{ lifecycleTaskUuid, status: 'failed', error }] }]);
  }
  const paused = await waitFor(
    async () => {
      const summary = await client.getPlanSummary(id);
      return summary.status === 'paused' && summary;
    },
    { what: 'the plan to pause' },
  );
  expect(paused.pauseReason).toBe(
    'Failure threshold exceeded: 3 of 5 failed, 2 allowed; most frequent: no route (2)',
  );
});
