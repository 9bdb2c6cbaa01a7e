// One run for all who ask while another is under way.

/**
 * @param run what one round does
 * @returns joins the next round: one that begins after the call, as what was done before it is what it is about.
 *   Rounds do not overlap
 */
export function inRounds(run: () => Promise<void>): () => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  let next: Promise<void> | null = null;
  return () => {
    next ??= last.then(() => {
      next = null;
      const round = run();
      last = round.catch(() => undefined);
      return round;
    });
    return next;
  };
}
