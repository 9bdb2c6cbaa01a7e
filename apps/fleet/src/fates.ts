// What becomes of an upgrade: drawn from the seed, so that a run can be repeated.
import { createHash } from 'node:crypto';
import type { FateSettings } from './settings.js';

interface Fate {
  /** `false-success`: says completed and still runs the old version. `silent`: is never heard of again. */
  outcome: 'success' | 'failure' | 'silent' | 'false-success';
  /** What a failure is reported as. */
  error: string;
  durationMs: number;
}

/** @param ordinal which upgrade of that agent it is, from 0 */
export type FateOf = (agentId: string, ordinal: number) => Fate;

const ERRORS = ['disk full', 'checksum mismatch', 'upgrade failed: no space'] as const;
const SLOW_FACTOR = 10;

/**
 * A fate hangs on the seed, the agent and how many upgrades that agent has had, not on time or order; nor on
 * the lifecycle task's uuid, which is another one in every run.
 */
export function createFates(settings: FateSettings): FateOf {
  return (agentId, ordinal) => {
    const [outcome = 0, error = 0, jitter = 0, slow = 0] = draw(`${settings.seed}\n${agentId}\n${ordinal}`);
    const factor = (0.5 + jitter) * (slow < settings.slowRate ? SLOW_FACTOR : 1);
    return {
      outcome: outcomeAt(outcome, settings),
      error: ERRORS[Math.floor(error * ERRORS.length)] ?? ERRORS[0],
      durationMs: Math.round(settings.upgradeMs * factor),
    };
  };
}

function outcomeAt(point: number, settings: FateSettings): Fate['outcome'] {
  const failure = settings.failureRate;
  const silent = failure + settings.silentRate;
  if (point < failure) return 'failure';
  if (point < silent) return 'silent';
  return point < silent + settings.falseSuccessRate ? 'false-success' : 'success';
}

/** @returns numbers from 0 to below 1, the same ones for the same text */
function draw(text: string): number[] {
  const digest = createHash('sha256').update(text).digest();
  return [0, 6, 12, 18].map((offset) => digest.readUIntBE(offset, 6) / 2 ** 48);
}
