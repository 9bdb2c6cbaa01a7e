// The same plan played through again and again: what chance makes of it.
import { type Devices, drawFates } from './fates.js';
import { simulate } from './simulate.js';
import type { ControlPlane, Course, PlanSettings } from './simulatedPlan.js';

/** The least, half of them at most, 95 of 100 at most, and the most. */
export interface Spread {
  least: number;
  median: number;
  p95: number;
  most: number;
}

export interface Repeated {
  runs: number;
  /** How many runs ended so. */
  completed: number;
  /** Those that their threshold paused, or rolled back. */
  stopped: number;
  /** Of the batch that stopped them: how often it was which. */
  stoppedInBatch: Record<number, number>;
  /** Milliseconds from the start to the end or the pause. */
  endedAtMs: Spread;
  failed: Spread;
  harmed: Spread;
  unseen: Spread;
}

/**
 * @param runs how often, from 1; the seeds are the given one and those after it
 * @returns what they came to, taken together
 */
export function repeat(
  settings: PlanSettings,
  controlPlane: ControlPlane,
  devices: Devices,
  { runs, seed }: { runs: number; seed: number },
): Repeated {
  const courses = Array.from({ length: runs }, (_, index) =>
    simulate(settings, controlPlane, drawFates(devices, seed + index)),
  );
  const stopped = courses.filter(({ status }) => status !== 'completed');
  const stoppedInBatch: Record<number, number> = {};
  for (const { batches } of stopped) {
    const index = batches.findLastIndex(({ startedAtMs }) => startedAtMs !== null);
    stoppedInBatch[index] = (stoppedInBatch[index] ?? 0) + 1;
  }
  return {
    runs,
    completed: runs - stopped.length,
    stopped: stopped.length,
    stoppedInBatch,
    endedAtMs: spread(courses, ({ endedAtMs }) => endedAtMs),
    failed: spread(courses, ({ counts }) => counts.failed),
    harmed: spread(courses, ({ harmed }) => harmed),
    unseen: spread(courses, ({ unseen }) => unseen),
  };
}

function spread(courses: readonly Course[], of: (course: Course) => number): Spread {
  const numbers = courses.map(of).sort((a, b) => a - b);
  const at = (share: number) => numbers[Math.ceil(share * numbers.length) - 1] ?? 0;
  return { least: numbers[0] ?? 0, median: at(0.5), p95: at(0.95), most: at(1) };
}
