// What the random runs hardly come to: LCAs that know of tasks they were not handed (Redis may lose its last second),
// repeated steps, and the ways of a plan that the reference leaves out.
import type { TaskReport, TaskStatus } from '@gradus/domain';
import { openStore } from '@gradus/store';
import { describe, expect, inject, test } from 'vitest';
import { type Facts, FROM, TARGET } from './facts.js';

const NOW = Date.UTC(2030, 0, 1);
const LCA = 'lca';
const UNPROVEN = { runtimeStatus: null, actualVersion: null, actualRelease: null };
const PROVEN: Facts = { runtimeStatus: 'running', ...TARGET };

interface Settings {
  /** What each agent's one instance runs. */
  agents?: (typeof FROM)[];
  maxAttempts?: number;
  thresholdPercent?: number;
  onThreshold?: 'pause' | 'rollback';
}

/** A plan whose batch has just been opened and released from, one agent at a time; nobody drives it on. */
async function openScene(namespace: string, settings: Settings) {
  const { agents = [FROM], maxAttempts = 1, thresholdPercent = 100, onThreshold = 'pause' } = settings;
  const faults: unknown[] = [];
  const onError = (fault: unknown) => faults.push(fault);
  const store = await openStore({ url: inject('redisUrl'), namespace, onError, now: () => NOW });
  const { plans, steps } = store;
  const planId = 'plan-00000000-0000-4000-8000-000000000000';
  const agentIds = agents.map((_, ordinal) => `a${ordinal}`);
  const components = (on: typeof FROM) => [{ componentName: 'zmetis', runtimeStatus: 'running', ...on }];
  await store.inventory.putMany(
    agents.map((on, ordinal) => ({
      agentId: `a${ordinal}`,
      input: { lcaUuid: LCA, components: components(on) },
    })),
  );
  await plans.create({
    id: planId,
    name: 'rare',
    fromVersion: FROM.actualVersion,
    toVersion: TARGET.actualVersion,
    toRelease: TARGET.actualRelease,
    agentIds,
    cut: { batchSize: agents.length },
    failureThreshold: thresholdPercent / 100,
    concurrency: 1,
    createdBy: 'operator',
    actor: 'operator',
    observeDuration: '0s',
    observeMs: 0,
    startAt: null,
    autoStart: true,
    gate: 'auto',
    taskTimeout: '30m',
    taskTimeoutMs: 1_800_000,
    maxAttempts,
    onThreshold,
  });
  await steps.startPlan(planId, NOW);
  const allowedFailures = Math.floor((agents.length * thresholdPercent) / 100);
  await steps.openBatch(planId, 0, { failureThreshold: thresholdPercent / 100, allowedFailures }, NOW);
  const { released } = await steps.releaseAgents(planId, 0, NOW);

  const batch = async () => {
    const shown = await plans.readBatch(planId, 0);
    if (shown === null) throw new TypeError('the plan has no batch');
    return { ...shown, tasks: [...shown.tasks] };
  };
  const task = async (agentOrdinal: number) => {
    const shown = (await batch()).tasks[agentOrdinal];
    if (shown === undefined) throw new TypeError(`the plan has no agent ${agentOrdinal}`);
    return shown;
  };
  return {
    store,
    planId,
    released,
    batch,
    task,
    /** Its LCA says so of the task as it stands. @returns the task after it */
    async report(agentOrdinal: number, status: TaskReport['status'], facts: Facts | null = null) {
      const { agentId, lifecycleTaskUuid, componentInstanceUuid } = await task(agentOrdinal);
      await steps.applyReport({
        planId,
        agentOrdinal,
        agentId,
        takenAt: NOW,
        now: NOW,
        components: facts === null ? [] : [{ ...UNPROVEN, componentInstanceUuid, ...facts }],
        tasks: [{ lifecycleTaskUuid, status }],
      });
      return task(agentOrdinal);
    },
    async close() {
      await store.close();
      expect(faults).toEqual([]);
    },
  };
}

type Scene = Awaited<ReturnType<typeof openScene>>;

/** @param namespace whoever gives it clears it */
export function testRareRows(namespace: string): void {
  let scenes = 0;
  const rare = (name: string, settings: Settings, play: (scene: Scene) => Promise<void>) =>
    test(name, async () => {
      scenes += 1;
      const scene = await openScene(`${namespace}-rare-${scenes}`, settings);
      try {
        await play(scene);
      } finally {
        await scene.close();
      }
    });

  describe('a report on a task that its LCA was not handed', () => {
    const two: Settings = { agents: [FROM, FROM] };
    const skipped: Settings = { agents: [TARGET, FROM] };
    const cases: [Settings, number, TaskStatus, TaskReport['status'], Facts | null, TaskStatus, number][] = [
      [two, 0, 'queued', 'running', null, 'running', 1],
      [two, 0, 'queued', 'completed', PROVEN, 'completed', 1],
      [two, 0, 'queued', 'failed', null, 'failed', 1],
      [{ ...two, maxAttempts: 2 }, 0, 'queued', 'failed', null, 'pending', 2],
      [two, 1, 'pending', 'running', null, 'pending', 1],
      [two, 1, 'pending', 'failed', null, 'pending', 1],
      [skipped, 0, 'skipped', 'running', null, 'skipped', 1],
      [skipped, 0, 'skipped', 'failed', null, 'skipped', 1],
    ];
    for (const [settings, agent, from, said, facts, to, attempt] of cases) {
      rare(`that is ${from}: ${said} makes attempt ${attempt} ${to}`, settings, async ({ task, report }) => {
        expect((await task(agent)).status).toBe(from);
        expect(await report(agent, said, facts)).toMatchObject({ status: to, attempt });
      });
    }
  });

  rare('a task that is said to run again goes on running', {}, async ({ report }) => {
    await report(0, 'running');
    expect((await report(0, 'running')).status).toBe('running');
  });

  rare('a task that is dispatched again is the same one', {}, async ({ store, released, task }) => {
    const [order] = released;
    if (order === undefined) throw new TypeError('nothing was released');
    const first = await store.steps.dispatchTask(order, NOW);
    expect(first?.lifecycleTaskUuid).toBe(order.lifecycleTaskUuid);
    expect(await store.steps.dispatchTask(order, NOW + 1_000)).toEqual(first);
    expect((await task(0)).status).toBe('dispatched');
  });

  rare('a queued task is cancelled with its plan', {}, async ({ store, planId, task }) => {
    expect((await task(0)).status).toBe('queued');
    await store.plans.cancel({ planId, actor: 'operator' });
    expect((await task(0)).status).toBe('cancelled');
  });

  rare(
    'an observed batch is run again for its failed agents',
    {},
    async ({ store, planId, batch, report }) => {
      await report(0, 'failed');
      await store.steps.observeBatch(planId, 0, NOW, NOW);
      expect((await batch()).status).toBe('observing');
      await store.plans.pause({ planId, actor: 'operator' });
      await store.plans.resume({ planId, actor: 'operator', retryFailed: true });
      expect(await batch()).toMatchObject({ status: 'running', failedCount: 0 });
    },
  );

  rare(
    'to promote a batch that has closed as failed changes nothing',
    { thresholdPercent: 0 },
    async ({ store, planId, batch, report }) => {
      const command = { planId, actor: 'operator' };
      await report(0, 'failed');
      await store.plans.resume(command);
      await store.steps.observeBatch(planId, 0, NOW, NOW);
      await store.steps.closeBatch(planId, 0, { event: 'fail', failed: 1 }, NOW);
      expect((await batch()).status).toBe('failed');
      expect(await store.plans.promote({ ...command, batchIndex: 0 })).toMatchObject({
        outcome: 'unchanged',
      });
      expect(await store.plans.promote(command)).toMatchObject({ outcome: 'illegal' });
    },
  );

  rare(
    'a plan that its threshold rolls back fails once nothing of it is open',
    { thresholdPercent: 0, onThreshold: 'rollback' },
    async ({ store, planId, report }) => {
      await report(0, 'failed');
      const status = async () => (await store.plans.readSummary(planId))?.plan.status;
      expect(await status()).toBe('paused');
      await store.steps.rollBackPlan(planId, NOW);
      expect(await status()).toBe('failed');
    },
  );
}
