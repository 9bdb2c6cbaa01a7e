// When the released agents' tasks are dispatched, under a rate.

const WINDOW_MS = 1_000;

/**
 * As the queue has it: so many in a window of a second that the first one opens; what is over waits for the next.
 *
 * @param rate tasks a second; 0: as many as there are
 * @returns the instant of the next dispatch, for an agent that was released at `at`; no earlier one may be asked for
 */
export function createDispatches(rate: number): (at: number) => number {
  if (rate === 0) return (at) => at;
  let opened = Number.NEGATIVE_INFINITY;
  let taken = 0;
  return (at) => {
    let dispatched = Math.max(at, opened);
    if (dispatched >= opened + WINDOW_MS) {
      opened = dispatched;
      taken = 0;
    }
    if (taken === rate) {
      opened += WINDOW_MS;
      taken = 0;
      dispatched = opened;
    }
    taken += 1;
    return dispatched;
  };
}
