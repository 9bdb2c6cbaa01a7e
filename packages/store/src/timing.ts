// How long things are waited for, where that is a setting; in milliseconds.

export interface Timing {
  /** A task that was handed out and not heard of is handed out again after this. */
  dispatchedAgainMs: number;
  /** The same for a task that its LCA reported running. */
  runningAgainMs: number;
  /** How long a failed attempt waits for the second one; doubled for each further one. */
  retryBaseMs: number;
  /** That much at most. */
  retryMaxMs: number;
}

export const DEFAULT_TIMING: Timing = {
  dispatchedAgainMs: 30_000,
  runningAgainMs: 300_000,
  retryBaseMs: 10_000,
  retryMaxMs: 300_000,
};
