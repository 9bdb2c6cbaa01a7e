// The threshold, exact and failing closed.
import { allowedFailures, InvalidFraction } from '@gradus/domain';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

describe('the failures that a batch allows', () => {
  it.each([
    [0.1, 30, 3],
    [0.29, 100, 29],
    [0.57, 100, 57],
    [0, 100, 0],
    [1, 100, 100],
    [0.1, 9, 0],
    [0.999999, 1000, 999],
    [1e-7, 10_000_000, 1],
    [5e-324, 100_000, 0],
  ])('%d of %i agents are %i', (threshold, agents, allowed) => {
    expect(allowedFailures(threshold, agents)).toBe(allowed);
  });

  it.each([Number.NaN, -0.1, 1.0001, Number.POSITIVE_INFINITY])(
    '%d is refused, so that it never fails open',
    (threshold) => {
      expect(() => allowedFailures(threshold, 10)).toThrow(InvalidFraction);
    },
  );

  it('are the floor of the decimal fraction that was written', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 10_000 }),
        fc.integer({ min: 1, max: 100_000 }),
        (tenThousandths, agents) => {
          expect(allowedFailures(tenThousandths / 10_000, agents)).toBe(
            Math.floor((tenThousandths * agents) / 10_000),
          );
        },
      ),
    );
  });

  it('never exceed the batch, and rise with the threshold', () => {
    const fraction = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fraction, fraction, fc.integer({ min: 1, max: 100_000 }), (a, b, agents) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        expect(allowedFailures(low, agents)).toBeLessThanOrEqual(allowedFailures(high, agents));
        expect(allowedFailures(high, agents)).toBeLessThanOrEqual(agents);
      }),
    );
  });
});
