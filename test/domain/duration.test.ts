// Durations as people write them.
import { InvalidDuration, parseDuration } from '@gradus/domain';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

describe('a duration', () => {
  it.each([
    ['0s', 0],
    ['90s', 90_000],
    ['10m', 600_000],
    ['1h30m', 5_400_000],
    ['2d', 172_800_000],
    ['PT10M', 600_000],
    ['P1DT2H', 93_600_000],
    ['PT0S', 0],
  ])('%s is %i ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each([
    'value',
    '',
    'P',
    'PT',
    'P1DT',
    '10',
    '10 m',
    '-5s',
    '1.5h',
    '5ms',
    '30m1h',
    '1e3s',
    '9999999d',
    'PT10m',
  ])('%j is refused, saying what is accepted', (text) => {
    expect(() => parseDuration(text)).toThrow(InvalidDuration);
    expect(() => parseDuration(text)).toThrow(/90s, 10m, 1h30m, 2d or ISO 8601 such as PT10M/);
  });

  it('means the same in both forms', () => {
    const part = fc.integer({ min: 0, max: 500 });
    fc.assert(
      fc.property(part, part, part, part, (d, h, m, s) => {
        expect(parseDuration(`${d}d${h}h${m}m${s}s`)).toBe(parseDuration(`P${d}DT${h}H${m}M${s}S`));
      }),
    );
  });
});
