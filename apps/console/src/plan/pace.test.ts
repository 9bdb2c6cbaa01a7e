// What is told of a plan's pace, and where its batches lie in time.
import type { PlanSummary } from '@gradus/domain';
import { expect, it } from 'vitest';
import { paceOf } from './pace.js';

const T0 = Date.parse('2026-01-15T08:00:00Z');
const S = 1_000;
const at = (ms: number) => new Date(T0 + ms).toISOString();

const counts = (parts: Partial<PlanSummary['counts']>) => ({
  agents: Object.values(parts).reduce((sum, count) => sum + count, 0),
  pending: 0,
  running: 0,
  completed: 0,
  failed: 0,
  skipped: 0,
  cancelled: 0,
  ...parts,
});

type Batch = PlanSummary['batches'][number];

const batch = (batchIndex: number, status: Batch['status'], more: Partial<Batch>): Batch => ({
  batchIndex,
  status,
  failedCount: 0,
  counts: counts({ pending: 10 }),
  allowedFailures: 1,
  forgiven: 0,
  unconfirmed: 0,
  startedAt: null,
  observingUntil: null,
  completedAt: null,
  ...more,
});

const plan = (batches: Batch[], more: Partial<PlanSummary> = {}) =>
  ({
    status: 'running',
    batches,
    currentBatch: 0,
    concurrency: 5,
    observeDuration: '60s',
    gate: 'auto',
    startedAt: at(0),
    startAt: null,
    pausedAt: null,
    completedAt: null,
    ...more,
  }) as PlanSummary;

/** Ten of its agents a minute, and ten left: at 60 s. */
const half = batch(0, 'running', {
  startedAt: at(0),
  counts: counts({ completed: 10, running: 5, pending: 5 }),
});

it('adds up what is left at the pace so far, and every window that is still to come', () => {
  const { perMinute, endsAt, phases } = paceOf(
    plan([half, batch(1, 'pending', {})]),
    [],
    new Map(),
    T0 + 60 * S,
  );
  expect(perMinute).toBeCloseTo(10);
  // A minute for its ten, a minute of watching; the same again for the next batch.
  expect((endsAt ?? 0) - T0).toBeCloseTo(300 * S, -2);
  expect(phases.map(({ batchIndex, kind }) => `${batchIndex} ${kind}`)).toEqual([
    '0 runs',
    '0 planned',
    '1 planned',
  ]);
});

it('goes by what the last minute was like rather than by the whole batch', () => {
  const samples = [40, 50, 60].map((s, index) => ({ at: T0 + s * S, ended: 4 + 3 * index }));
  expect(paceOf(plan([half]), samples, new Map(), T0 + 60 * S).perMinute).toBeCloseTo(18);
});

it('is not slowed down by the time for which a batch is watched or the plan is paused', () => {
  const watched = batch(0, 'observing', {
    startedAt: at(0),
    counts: counts({ completed: 20 }),
    observingUntil: at(180 * S),
  });
  const seen = paceOf(plan([watched]), [], new Map([[0, T0 + 120 * S]]), T0 + 150 * S);
  expect(seen.perMinute).toBeCloseTo(10);
  expect(seen.endsAt).toBe(T0 + 180 * S);
  expect(seen.phases.map(({ kind }) => kind)).toEqual(['ran', 'watches', 'planned']);
  const paused = paceOf(
    plan([half], { status: 'paused', pausedAt: at(60 * S) }),
    [],
    new Map(),
    T0 + 3_600 * S,
  );
  expect(paused.perMinute).toBeCloseTo(10);
  expect(paused.endsAt).toBeNull();
});

it('says nothing where there is nothing to go by, and names the promotions that nobody can foresee', () => {
  const fresh = plan([batch(0, 'pending', {}), batch(1, 'pending', {}), batch(2, 'pending', {})], {
    status: 'pending',
    startedAt: null,
    gate: 'manual',
  });
  expect(paceOf(fresh, [], new Map(), T0)).toMatchObject({ perMinute: null, endsAt: null, gatesLeft: 2 });
});
