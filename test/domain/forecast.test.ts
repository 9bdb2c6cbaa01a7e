// What a plan can come to, told before it is made.
import { allowedFailures, forecast, parseDuration } from '@gradus/domain';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

type Asked = Parameters<typeof forecast>[0];

const plan = (given: Partial<Asked> & { sizes?: number[] }): Asked => ({
  batches: (given.sizes ?? [10]).map((size) => ({ size, skipped: 0 })),
  taskCount: 1,
  failureThreshold: 0.1,
  concurrency: 5,
  observeMs: 0,
  ...given,
});

const harmed = (given: Parameters<typeof plan>[0]) => forecast(plan(given)).worstCaseAgentsHarmed;

const batches = fc.array(
  fc
    .tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 0, max: 60 }))
    .map(([size, skipped]) => ({ size, skipped: Math.min(size, skipped) })),
  { minLength: 1, maxLength: 8 },
);
const threshold = fc.integer({ min: 0, max: 100 }).map((percent) => percent / 100);
const concurrency = fc.integer({ min: 1, max: 80 });
const plans = fc
  .record({ batches, failureThreshold: threshold, concurrency })
  .map((given) => plan({ ...given }));

/** Plays a plan out: `bad` says of each agent, in the order of its release, whether its upgrade fails. */
function harmedInRun({ batches, failureThreshold, concurrency }: Asked, bad: () => boolean): number {
  let failedBefore = 0;
  for (const { size, skipped } of batches) {
    const allowed = allowedFailures(failureThreshold, size);
    let left = size - skipped;
    let open = 0;
    let failed = 0;
    while (left > 0 || open > 0) {
      const released = Math.min(left, concurrency - open);
      left -= released;
      open += released;
      open -= 1;
      if (bad()) failed += 1;
      if (failed > allowed) return failedBefore + failed + open;
    }
    failedBefore += failed;
  }
  return failedBefore;
}

describe('the agents harmed in the worst case', () => {
  it.each<[string, Parameters<typeof plan>[0], number]>([
    ['one failure too many and the other slots', { sizes: [10], concurrency: 5 }, 1 + 5],
    ['the slots alone where nothing may fail', { sizes: [10], failureThreshold: 0, concurrency: 3 }, 3],
    ['no more than the batch has', { sizes: [4], failureThreshold: 0.5, concurrency: 100 }, 4],
    ['the allowance of the batches before it too', { sizes: [20, 20, 20], concurrency: 2 }, 2 + 2 + 2 + 2],
    ['those of a large batch before a small one', { sizes: [100, 2], concurrency: 30 }, 10 + 30],
    ['everybody where all may fail', { sizes: [10, 10], failureThreshold: 1, concurrency: 1 }, 20],
    [
      'nobody of a batch that has nothing to do',
      {
        batches: [
          { size: 10, skipped: 10 },
          { size: 10, skipped: 8 },
        ],
      },
      2,
    ],
  ])('are %s', (_, given, expected) => {
    expect(harmed(given)).toBe(expected);
  });

  it('are never more than the agents that have something to do', () => {
    fc.assert(
      fc.property(plans, (given) => {
        const upgradable = given.batches.reduce((sum, { size, skipped }) => sum + size - skipped, 0);
        expect(harmed(given)).toBeLessThanOrEqual(upgradable);
      }),
    );
  });

  it('rise with the threshold and with the concurrency', () => {
    fc.assert(
      fc.property(plans, threshold, concurrency, (given, otherThreshold, otherConcurrency) => {
        const raised = {
          failureThreshold: Math.max(given.failureThreshold, otherThreshold),
          concurrency: Math.max(given.concurrency, otherConcurrency),
        };
        expect(harmed({ ...given, ...raised })).toBeGreaterThanOrEqual(harmed(given));
      }),
    );
  });

  it('are a bound that no course of the plan goes beyond', () => {
    fc.assert(
      fc.property(plans, fc.infiniteStream(fc.boolean()), (given, fates) => {
        const run = harmedInRun(given, () => fates.next().value === true);
        expect(run).toBeLessThanOrEqual(harmed(given));
      }),
    );
  });

  it('are reached by some course: each batch uses its allowance up, and one goes beyond it at once', () => {
    fc.assert(
      fc.property(plans, (given) => {
        const courses = given.batches.map((_, worst) => {
          let failedBefore = 0;
          for (const { size, skipped } of given.batches.slice(0, worst)) {
            failedBefore += Math.min(allowedFailures(given.failureThreshold, size), size - skipped);
          }
          const last = { ...given, batches: given.batches.slice(worst, worst + 1) };
          return failedBefore + harmedInRun(last, () => true);
        });
        expect(Math.max(...courses)).toBe(harmed(given));
      }),
    );
  });
});

describe('the fastest duration', () => {
  it.each<[string, number, number[], string]>([
    ['nothing without observe windows', 0, [1, 2, 3], 'PT0S'],
    ['a window a batch', 600_000, [1, 2, 3], 'PT30M'],
    ['hours, minutes and seconds', 3_661_000, [1], 'PT1H1M1S'],
    ['more than a day, in hours', 86_400_000, [1, 1], 'PT48H'],
  ])('is %s', (_, observeMs, sizes, expected) => {
    expect(forecast(plan({ sizes, observeMs })).fastestDuration).toBe(expected);
  });

  it('leaves out batches that have nothing to do: they close at once', () => {
    const given = plan({
      observeMs: 60_000,
      batches: [
        { size: 2, skipped: 2 },
        { size: 2, skipped: 1 },
      ],
    });
    expect(forecast(given).fastestDuration).toBe('PT1M');
  });

  it('reads back as the sum of the windows', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 300_000 }), fc.integer({ min: 1, max: 20 }), (seconds, count) => {
        const sizes = new Array<number>(count).fill(1);
        const { fastestDuration } = forecast(plan({ sizes, observeMs: seconds * 1_000 }));
        expect(parseDuration(fastestDuration)).toBe(seconds * 1_000 * count);
      }),
    );
  });
});

it('tells how large the plan is, and what each batch allows', () => {
  expect(forecast(plan({ sizes: [1, 20, 35], taskCount: 70 }))).toMatchObject({
    batchCount: 3,
    agentCount: 56,
    taskCount: 70,
    allowedFailures: [0, 2, 3],
  });
});
