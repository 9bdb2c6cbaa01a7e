// Choices that follow from a number alone, so that a run can be repeated.

export interface Choices {
  /** @returns an integer from 0 to below `count`; seed 0 always chooses the first */
  below(count: number): number;
  /** Once in so many times; never with seed 0. */
  oneIn(count: number): boolean;
}

/** Mulberry32, by Tommy Ettinger (public domain). */
export function choicesFrom(seed: number): Choices {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  return {
    below: (count) => (seed === 0 ? 0 : next() % count),
    oneIn: (count) => seed !== 0 && next() % count === 0,
  };
}
