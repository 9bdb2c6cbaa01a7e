// How many agents of a batch may fail before the plan pauses: exact, and failing closed.
import { InvalidFraction } from './errors.js';

/**
 * `floor(threshold × agents)` without the error of binary fractions: the threshold is taken as the decimal
 * that a person wrote (0.29 is 29/100), so 0.29 × 100 is 29 and 0.1 × 30 is 3.
 *
 * @param threshold from 0 (none may fail) to 1 (all may)
 * @param agents how many agents the batch has
 * @throws InvalidFraction where the threshold is no number from 0 to 1, so that it can never fail open
 */
export function allowedFailures(threshold: number, agents: number): number {
  if (!(threshold >= 0 && threshold <= 1)) throw new InvalidFraction(threshold);
  const [mantissa = '0', exponent = '0'] = threshold.toString().split('e');
  const [whole = '0', decimals = ''] = mantissa.split('.');
  const scale = decimals.length - Number(exponent);
  return Number((BigInt(whole + decimals) * BigInt(agents)) / 10n ** BigInt(scale));
}
