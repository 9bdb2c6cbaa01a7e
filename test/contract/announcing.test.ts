// Handing events over to be told: what was not enqueued is handed over again, and what was is not lost sight of.
import { openStore, type Store } from '@gradus/store';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import type { Deps } from '../../apps/worker/src/deps.js';
import { announceEvents } from '../../apps/worker/src/webhooks/announce.js';
import { createSlots } from '../../apps/worker/src/webhooks/slots.js';
import { UPGRADE } from '../support/fleet.js';
import { clearNamespace, freshNamespace } from '../support/namespace.js';

const PLAN = 'plan-7d5f6c1e-0c57-4b7a-9a53-0d1c4c1b7f10';
const namespace = freshNamespace();

let store: Store;

beforeAll(async () => {
  store = await openStore({ url: inject('redisUrl'), namespace, onError: () => undefined });
  const component = { componentName: 'zmetis', actualVersion: '1.2.0', actualRelease: '215' };
  await store.inventory.put('a', { components: [component] });
  const result = await store.plans.create({
    ...UPGRADE,
    id: PLAN,
    agentIds: ['a'],
    cut: { batchSize: 1 },
    failureThreshold: 0,
    concurrency: 1,
    createdBy: 'test',
    actor: 'test',
    observeDuration: '0s',
    observeMs: 0,
    startAt: null,
    autoStart: false,
    gate: 'auto',
    taskTimeout: '30m',
    taskTimeoutMs: 1_800_000,
    maxAttempts: 1,
    onThreshold: 'pause',
  });
  expect(result).toEqual({ outcome: 'created' });
});
afterAll(async () => {
  await store.close();
  await clearNamespace(namespace);
});

/** What a worker has for it, but for queues that do as the test says. */
function depsWith(
  deliverWebhooks: (deliveries: readonly { event: { id: string } }[]) => Promise<void>,
): Deps {
  const endpoints = [{ name: 'ops', url: 'https://hooks.example', secrets: [] }];
  return { store, webhooks: { endpoints }, queues: { deliverWebhooks } } as unknown as Deps;
}

it('an event is handed over again until it was enqueued, and then not any more', async () => {
  const away = async () => {
    throw new TypeError('the queue is away');
  };
  await expect(announceEvents(depsWith(away), PLAN)).rejects.toThrow('the queue is away');
  const enqueued: string[] = [];
  const deps = depsWith(async (deliveries) => {
    enqueued.push(...deliveries.map(({ event }) => event.id));
  });
  await announceEvents(deps, PLAN);
  await announceEvents(deps, PLAN);
  expect(enqueued).toEqual(['1']);
  expect((await store.steps.snapshot(PLAN))?.unannounced).toBe(0);
});

it('a later one does not come before its time, nor does an earlier note bring what was told back', async () => {
  const before = await store.steps.unannounced(PLAN);
  await store.plans.cancel({ planId: PLAN, actor: 'test' });
  expect((await store.steps.snapshot(PLAN))?.unannounced).toBe(1);
  const found = await store.steps.unannounced(PLAN);
  expect(found?.events.map(({ type }) => type)).toEqual(['plan.cancelled']);
  await store.steps.noteAnnounced(PLAN, found?.upTo ?? { event: 0, revision: 0 });
  await store.steps.noteAnnounced(PLAN, before?.upTo ?? { event: 0, revision: 0 });
  expect((await store.steps.unannounced(PLAN))?.events).toEqual([]);
});

it('an endpoint has its share of a process, and no other has less for it', () => {
  const slots = createSlots(2);
  expect([slots.enter('a'), slots.enter('a'), slots.enter('a'), slots.enter('b')]).toEqual([
    ...[true, true, false],
    true,
  ]);
  slots.leave('a');
  expect([slots.enter('a'), slots.enter('a')]).toEqual([true, false]);
});
