// What a plan can come to, told before it is made: its size, the most that can go wrong, the least time it takes.
import { allowedFailures } from './allowedFailures.js';
import type { PlannedBatch } from './planner.js';

export interface Forecast {
  batchCount: number;
  agentCount: number;
  taskCount: number;
  /** By batch. */
  allowedFailures: number[];
  worstCaseAgentsHarmed: number;
  /** ISO 8601. */
  fastestDuration: string;
}

/** What is to be known of a plan for its forecast. */
export interface Forecasted {
  batches: readonly Pick<PlannedBatch, 'size' | 'skipped'>[];
  taskCount: number;
  failureThreshold: number;
  concurrency: number;
  observeMs: number;
}

/** @returns the forecast of a plan whose batches are cut; an agent that has nothing to do is taken to stay so */
export function forecast({
  batches,
  taskCount,
  failureThreshold,
  concurrency,
  observeMs,
}: Forecasted): Forecast {
  const observed = batches.filter(({ size, skipped }) => size > skipped).length;
  return {
    batchCount: batches.length,
    agentCount: batches.reduce((sum, { size }) => sum + size, 0),
    taskCount,
    allowedFailures: batches.map(({ size }) => allowedFailures(failureThreshold, size)),
    worstCaseAgentsHarmed: worstCaseAgentsHarmed(batches, failureThreshold, concurrency),
    fastestDuration: isoDuration(observed * observeMs),
  };
}

/**
 * The most agents that can have failed or be in flight when the threshold first pauses the plan; where it never
 * does, the most that can have failed at the end.
 *
 * The worst course uses up the allowance of every batch before the one that trips. That one trips with one failure
 * more than it allows, while up to `concurrency` − 1 others are open: together its allowance and `concurrency`,
 * but never more agents than it has to upgrade. Which batch trips last costs most is not said by its size alone, so
 * each is tried. A batch that allows as many failures as it has agents to upgrade cannot trip; it is passed with
 * all of them failed, which is what the same sum says.
 *
 * An agent that waits for its next attempt is neither failed nor in flight.
 */
function worstCaseAgentsHarmed(
  batches: Forecasted['batches'],
  failureThreshold: number,
  concurrency: number,
): number {
  let failedBefore = 0;
  let worst = 0;
  for (const { size, skipped } of batches) {
    const upgradable = size - skipped;
    const allowed = allowedFailures(failureThreshold, size);
    worst = Math.max(worst, failedBefore + Math.min(allowed + concurrency, upgradable));
    failedBefore += Math.min(allowed, upgradable);
  }
  return worst;
}

/** @param ms whole seconds */
function isoDuration(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  const parts = [
    [Math.floor(seconds / 3_600), 'H'],
    [Math.floor(seconds / 60) % 60, 'M'],
    [seconds % 60, 'S'],
  ] as const;
  const shown = parts.filter(([amount]) => amount > 0).map(([amount, unit]) => `${amount}${unit}`);
  return `PT${shown.join('') || '0S'}`;
}
