// What becomes of the attempts to upgrade agents that exist only on paper.
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** What the devices do, and how fast. Rates are shares from 0 to 1, times milliseconds. */
export interface Devices {
  /** An attempt takes from half of it to one and a half, each length as likely. */
  upgradeMs: number;
  /** Attempts that take ten times as long. */
  slowRate: number;
  /** Attempts that end as failed. */
  failureRate: number;
  /** Agents that are never heard of again once they were handed a task. */
  silentRate: number;
  /** Agents that go bad after they were upgraded. */
  crashRate: number;
  /** Those do at a moment of this time after it, each as likely. */
  crashWithinMs: number;
  /** How often an agent asks for what it is to do; 0 where it waits for an answer. */
  pollMs: number;
}

/** One attempt of one agent. */
export interface Fate {
  outcome: 'success' | 'failure' | 'silent';
  /** From the dispatch until the agent asks for the task. */
  pickUpMs: number;
  durationMs: number;
  /** How long after its success the agent goes bad; null where it never does. */
  crashAfterMs: number | null;
}

/**
 * @param agent its position in the plan, from 0
 * @param attempt from 1
 */
export type FateOf = (agent: number, attempt: number) => Fate;

const SLOW_FACTOR = 10;

/**
 * Fates as chance has them. First attempts draw from one sequence and repeated ones from another, so that one seed
 * has the same agents fail whatever else of the plan is changed, as long as they are released in their order.
 *
 * @param seed an integer; the same one gives the same fates
 */
export function drawFates(devices: Devices, seed: number): FateOf {
  const first = xoroshiro128plus(seed);
  const repeated = xoroshiro128plus(~seed);
  const silentAgents = new Set<number>();
  return (agent, attempt) => {
    const next = () => uniformFloat64(attempt === 1 ? first : repeated);
    const [point, pickUp, length, slow, crash, crashAt] = [next(), next(), next(), next(), next(), next()];
    const { failureRate, silentRate } = devices;
    if (point >= failureRate && point < failureRate + silentRate) silentAgents.add(agent);
    const failed = point < failureRate ? 'failure' : 'success';
    return {
      outcome: silentAgents.has(agent) ? 'silent' : failed,
      pickUpMs: pickUp * devices.pollMs,
      durationMs: devices.upgradeMs * (0.5 + length) * (slow < devices.slowRate ? SLOW_FACTOR : 1),
      crashAfterMs: crash < devices.crashRate ? crashAt * devices.crashWithinMs : null,
    };
  };
}
