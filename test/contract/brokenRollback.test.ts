// The rollback that a threshold asks for, where its maker dies on the way or is not alone.
import { randomUUID } from 'node:crypto';
import { connect } from '@gradus/redis';
import { type DispatchOrder, openStore, type Store } from '@gradus/store';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { clearNamespace, freshNamespace } from '../support/namespace.js';

const AGENTS = 1_000;
const LEASE_MS = 120_000;
const TARGET = { actualVersion: '1.3.0', actualRelease: '221' };

const namespace = freshNamespace();
let clockMs = Date.now();
const stores: Store[] = [];

async function open(): Promise<Store> {
  const url = inject('redisUrl');
  const store = await openStore({ url, namespace, onError: () => undefined, now: () => clockMs });
  stores.push(store);
  return store;
}

let store: Store;

beforeAll(async () => {
  store = await open();
});
afterAll(async () => {
  await Promise.all(stores.map((one) => one.close()));
  await clearNamespace(namespace);
});

async function say(
  { planId, agentId, lifecycleTaskUuid }: Pick<DispatchOrder, 'planId' | 'agentId' | 'lifecycleTaskUuid'>,
  status: 'completed' | 'failed',
  facts: Partial<typeof TARGET>,
): Promise<void> {
  const component = { componentName: 'zmetis', runtimeStatus: 'running', ...facts };
  const report = { agentId, lcaUuid: 'lca-1', takenAt: clockMs, components: [component] };
  const recorded = await store.inventory.recordFacts(report);
  if (recorded.outcome !== 'recorded' || recorded.plan === null) return;
  const { components, plan } = recorded;
  const tasks = [{ lifecycleTaskUuid, status }];
  await store.steps.applyReport({
    ...plan,
    planId,
    agentId,
    takenAt: clockMs,
    now: clockMs,
    components,
    tasks,
  });
}

/** A plan of which every agent but the last has the target, and the last one's failure asks for the rollback. */
async function tripped(prefix: string): Promise<{ planId: string; agentIds: string[] }> {
  const agentIds = Array.from({ length: AGENTS }, (_, index) => `${prefix}${index}`);
  const facts = { runtimeStatus: 'running', actualVersion: '1.2.0', actualRelease: '215' };
  const input = { lcaUuid: 'lca-1', components: [{ componentName: 'zmetis', ...facts }] };
  await store.inventory.putMany(agentIds.map((agentId) => ({ agentId, input })));
  const planId = `plan-${randomUUID()}`;
  await store.plans.create({
    ...{ id: planId, name: 'to be rolled back', fromVersion: '1.2.0', toVersion: '1.3.0', toRelease: '221' },
    ...{ agentIds, cut: { batchSizes: [] }, failureThreshold: 0, concurrency: AGENTS, createdBy: 'operator' },
    actor: 'operator',
    ...{ observeDuration: '0s', observeMs: 0, startAt: null, autoStart: true, gate: 'auto' },
    ...{ taskTimeout: '1h', taskTimeoutMs: 3_600_000, maxAttempts: 1, onThreshold: 'rollback' },
  });
  await store.steps.startPlan(planId, clockMs);
  await store.steps.openBatch(planId, 0, { failureThreshold: 0, allowedFailures: 0 }, clockMs);
  const released: DispatchOrder[] = [];
  while (released.length < AGENTS) {
    released.push(...(await store.steps.releaseAgents(planId, 0, clockMs)).released);
  }
  await Promise.all(released.map((order) => store.steps.dispatchTask(order, clockMs)));
  const last = released.pop();
  await Promise.all(released.map((order) => say(order, 'completed', TARGET)));
  if (last !== undefined) await say(last, 'failed', {});
  return { planId, agentIds };
}

/** @returns the plans that have the agent, newest first */
async function plansOf(agentId: string): Promise<string[]> {
  const { items } = await store.plans.list({ agentId, limit: 100 });
  return items.map(({ id }) => id);
}

/** @returns those of them that no plan holds: they are removed */
async function free(agentIds: readonly string[]): Promise<string[]> {
  const removed = await Promise.all(agentIds.map((agentId) => store.inventory.remove(agentId)));
  return agentIds.filter((_, index) => removed[index]?.outcome === 'removed');
}

/** Asks without a pause: the moment is short. */
async function makingBegun(planId: string): Promise<void> {
  const faults: unknown[] = [];
  const redis = connect(inject('redisUrl'), 'patient', (fault) => faults.push(fault));
  const field = (id: string, name: string) => redis.hget(`${namespace}:{${id}}:plan`, name);
  let status: string | null = null;
  while (status !== 'creating') {
    status = await field((await field(planId, 'rollbackPlanId')) ?? '', 'status');
  }
  await redis.quit();
}

it('is made anew where its maker died, with the agents that are on the target then', async () => {
  const { planId, agentIds } = await tripped('d');
  const dying = await open();
  const made = dying.steps.rollBackPlan(planId, clockMs).then(
    () => 'made',
    () => 'died',
  );
  await makingBegun(planId);
  await dying.close();
  expect(await made).toBe('died');

  await expect(store.steps.rollBackPlan(planId, clockMs)).rejects.toThrow('the store cannot be reached');
  clockMs += LEASE_MS + 1;
  // Meanwhile some went back by themselves.
  const gone = agentIds.slice(0, 20);
  const facts = { actualVersion: '1.2.0', actualRelease: '215' };
  for (const agentId of gone) {
    await say({ planId, agentId, lifecycleTaskUuid: 'none' }, 'completed', facts);
  }
  const rollback = await store.steps.rollBackPlan(planId, clockMs);
  expect(rollback).not.toBeNull();
  const summary = await store.plans.readSummary(rollback ?? '');
  expect(summary?.plan.counts).toMatchObject({ agents: AGENTS - 21, pending: AGENTS - 21 });
  expect((await store.plans.readSummary(planId))?.plan.error).toContain(`rolled back by ${rollback}`);
  expect(await plansOf(agentIds[50] ?? '')).toEqual([rollback, planId]);
  expect(await free(gone)).toEqual(gone);
  expect(await free(agentIds.slice(20, 30))).toEqual([]);
});

it('is one plan, whoever else makes it at the same moment', async () => {
  const { planId, agentIds } = await tripped('s');
  const others = await Promise.all([open(), open(), open()]);
  const answers = await Promise.allSettled(others.map((one) => one.steps.rollBackPlan(planId, clockMs)));
  const rollback = await store.steps.rollBackPlan(planId, clockMs).catch(() => null);
  const named = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
  expect(new Set([...named, rollback].filter((id) => id !== null)).size).toBe(1);
  expect(await plansOf(agentIds[0] ?? '')).toHaveLength(2);
  const summary = await store.plans.readSummary(planId);
  expect(summary?.plan.status).toBe('failed');
  expect(summary?.plan.error).toMatch(/^rolled back by/);
});
