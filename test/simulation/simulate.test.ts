// A simulated plan keeps to what the contract says of real ones, and takes the time that can be reckoned by hand.
import { allowedFailures, cutBatches, forecast } from '@gradus/domain';
import {
  type ControlPlane,
  type Devices,
  drawFates,
  type Fate,
  type FateOf,
  type PlanSettings,
  repeat,
  simulate,
} from '@gradus/simulation';
import fc from 'fast-check';
import { expect, test } from 'vitest';

const AT_ONCE: ControlPlane = { dispatchRate: 0, latencyMs: 0, promoteAfterMs: 0 };
const PLAN: PlanSettings = {
  agents: 10,
  cut: { batchSize: 10 },
  failureThreshold: 0.1,
  concurrency: 5,
  observeMs: 0,
  taskTimeoutMs: 600_000,
  maxAttempts: 1,
  onThreshold: 'pause',
  gate: 'auto',
};
const GOOD: Fate = { outcome: 'success', pickUpMs: 0, durationMs: 60_000, crashAfterMs: null };
const all =
  (fate: Partial<Fate>): FateOf =>
  () => ({ ...GOOD, ...fate });
const some =
  (agents: readonly number[], fate: Partial<Fate>): FateOf =>
  (agent) => ({ ...GOOD, ...(agents.includes(agent) ? fate : {}) });

test('a batch takes as many rounds as the concurrency makes of it, and is then observed', () => {
  const course = simulate(
    { ...PLAN, cut: { batchSize: 5 }, concurrency: 2, observeMs: 30_000 },
    AT_ONCE,
    all({}),
  );
  const batchMs = 3 * GOOD.durationMs + 30_000;
  expect(course).toMatchObject({ status: 'completed', endedAtMs: 2 * batchMs, attempts: 10, unseen: 0 });
  expect(course.batches.map(({ startedAtMs, completedAtMs }) => [startedAtMs, completedAtMs])).toEqual([
    [0, batchMs],
    [batchMs, 2 * batchMs],
  ]);
});

test('an agent asks for its task when it polls, and the control plane takes its time before', () => {
  const course = simulate({ ...PLAN, agents: 1 }, { ...AT_ONCE, latencyMs: 20 }, all({ pickUpMs: 7_000 }));
  expect(course.endedAtMs).toBe(20 + 7_000 + GOOD.durationMs);
});

test('the dispatch rate lets so many go each second', () => {
  const plan = { ...PLAN, agents: 1_000, cut: { batchSize: 1_000 }, concurrency: 1_000 };
  const course = simulate(plan, { ...AT_ONCE, dispatchRate: 100 }, all({}));
  expect(course.endedAtMs).toBe(9_000 + GOOD.durationMs);
});

test('the failure that is one too many stops it; what is in flight ends', () => {
  const course = simulate(PLAN, AT_ONCE, some([0, 1], { outcome: 'failure', durationMs: 30_000 }));
  expect(course).toMatchObject({
    status: 'paused',
    endedAtMs: 30_000,
    harmed: 6,
    counts: { failed: 2, completed: 4, pending: 4, running: 0 },
  });
});

test('with a rollback it has failed once nothing is in flight', () => {
  const failing = some([0, 1], { outcome: 'failure' });
  const course = simulate({ ...PLAN, onThreshold: 'rollback' }, AT_ONCE, failing);
  expect(course.status).toBe('failed');
});

test('a failed attempt is made again after its backoff', () => {
  const once: FateOf = (_, attempt) => ({ ...GOOD, outcome: attempt === 1 ? 'failure' : 'success' });
  const course = simulate({ ...PLAN, agents: 1, maxAttempts: 2 }, AT_ONCE, once);
  expect(course).toMatchObject({ status: 'completed', attempts: 2, counts: { failed: 0, completed: 1 } });
  expect(course.endedAtMs).toBe(2 * GOOD.durationMs + 10_000);
});

test('who is silent fails at its deadline, once no report can still be under way', () => {
  const course = simulate({ ...PLAN, failureThreshold: 1 }, AT_ONCE, some([3], { outcome: 'silent' }));
  expect(course).toMatchObject({ status: 'completed', counts: { failed: 1 } });
  expect(course.endedAtMs).toBe(PLAN.taskTimeoutMs + 5_000);
});

test('who goes bad within the window is counted and has it begin anew; who does later goes unseen', () => {
  const plan = { ...PLAN, concurrency: 10, failureThreshold: 1, observeMs: 60_000 };
  const seen = simulate(plan, AT_ONCE, some([2], { crashAfterMs: 40_000 }));
  expect(seen).toMatchObject({ counts: { failed: 1 }, unseen: 0 });
  expect(seen.endedAtMs).toBe(GOOD.durationMs + 40_000 + 60_000);
  const unseen = simulate(plan, AT_ONCE, some([2], { crashAfterMs: 90_000 }));
  expect(unseen).toMatchObject({ counts: { failed: 0 }, unseen: 1 });
});

test('a manual gate is opened by an operator, before each batch but the first', () => {
  const plan = { ...PLAN, cut: { batchSize: 5 }, gate: 'manual' as const };
  const course = simulate(plan, { ...AT_ONCE, promoteAfterMs: 3_600_000 }, all({}));
  expect(course.endedAtMs).toBe(2 * GOOD.durationMs + 3_600_000);
});

const anyPlan = fc.record({
  agents: fc.integer({ min: 1, max: 200 }),
  cut: fc.record({ batchSize: fc.integer({ min: 1, max: 60 }) }),
  failureThreshold: fc.double({ min: 0, max: 1, noNaN: true }),
  concurrency: fc.integer({ min: 1, max: 30 }),
  observeMs: fc.constantFrom(0, 60_000),
  taskTimeoutMs: fc.constantFrom(60_000, 600_000),
  maxAttempts: fc.integer({ min: 1, max: 3 }),
  onThreshold: fc.constantFrom('pause' as const, 'rollback' as const),
  gate: fc.constantFrom('auto' as const, 'manual' as const),
});
const anyDevices: fc.Arbitrary<Devices> = fc.record({
  upgradeMs: fc.constantFrom(0, 30_000),
  slowRate: fc.constantFrom(0, 0.1),
  failureRate: fc.double({ min: 0, max: 0.5, noNaN: true }),
  silentRate: fc.constantFrom(0, 0.05),
  crashRate: fc.constantFrom(0, 0.1),
  crashWithinMs: fc.constant(120_000),
  pollMs: fc.constantFrom(0, 30_000),
});

test('whatever the fleet does: every agent is counted once, batch after batch, and no more are harmed than forecast', () => {
  fc.assert(
    fc.property(anyPlan, anyDevices, fc.nat(), (plan, devices, seed) => {
      const controlPlane = { ...AT_ONCE, dispatchRate: 50, latencyMs: 20 };
      const course = simulate(plan, controlPlane, drawFates(devices, seed));
      const { agents, ...states } = course.counts;
      expect(agents).toBe(plan.agents);
      expect(Object.values(states).reduce((sum, count) => sum + count)).toBe(agents);
      expect(states.running).toBe(0);
      for (const [index, batch] of course.batches.entries()) {
        const isClosed = batch.completedAtMs !== null;
        expect(batch.allowedFailures).toBe(allowedFailures(plan.failureThreshold, batch.agents));
        if (isClosed) expect(batch.failed).toBeLessThanOrEqual(batch.allowedFailures);
        const next = course.batches[index + 1];
        if (next?.startedAtMs != null)
          expect(next.startedAtMs).toBeGreaterThanOrEqual(batch.completedAtMs ?? Number.NaN);
      }
      const tripped = course.batches.some(({ failed, allowedFailures: allowed }) => failed > allowed);
      expect(course.status === 'completed').toBe(!tripped);
      const batches = cutBatches(plan.agents, plan.cut).map((size) => ({ size, skipped: 0 }));
      const { worstCaseAgentsHarmed } = forecast({ ...plan, batches, taskCount: plan.agents });
      // Who goes bad was not in flight any more: the failure that is one too many comes on top.
      const onTop = devices.crashRate > 0 ? 1 : 0;
      expect(course.harmed).toBeLessThanOrEqual(worstCaseAgentsHarmed + onTop);
    }),
    { numRuns: 300 },
  );
});

test('one seed is one course; repeated runs are those of the seeds after it', () => {
  const devices = {
    ...{ upgradeMs: 60_000, slowRate: 0, silentRate: 0, crashRate: 0 },
    crashWithinMs: 0,
    pollMs: 0,
  };
  const plan = { ...PLAN, agents: 200, cut: { batchSize: 50 } };
  const courses = [5, 6, 7].map((seed) =>
    simulate(plan, AT_ONCE, drawFates({ ...devices, failureRate: 0.1 }, seed)),
  );
  const repeated = repeat(plan, AT_ONCE, { ...devices, failureRate: 0.1 }, { runs: 3, seed: 5 });
  const failed = courses.map(({ counts }) => counts.failed).sort((a, b) => a - b);
  expect(repeated.failed).toEqual({ least: failed[0], median: failed[1], p95: failed[2], most: failed[2] });
  expect(repeated.completed + repeated.stopped).toBe(3);
  expect(repeated.stopped).toBe(courses.filter(({ status }) => status === 'paused').length);
});
