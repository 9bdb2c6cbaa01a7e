// Actions, as DDI calls them: an integer for each lifecycle task.
import { createHash } from 'node:crypto';

/** SWUpdate cuts longer ones off. */
const LARGEST = 0x7f_ff_ff_ff;

/**
 * Derived instead of counted: every api gives the same one, and so does a restored backup. Of one device's few open
 * tasks no two will ever share one.
 *
 * @returns a positive integer of 31 bits, in decimal digits
 */
export function actionIdOf(lifecycleTaskUuid: string): string {
  const bits = createHash('sha256').update(lifecycleTaskUuid).digest().readUInt32BE();
  return String(bits & LARGEST || 1);
}

/** @returns which of the tasks the action stands for */
export function taskOfAction(actionId: string, uuids: readonly string[]): string | undefined {
  return uuids.find((uuid) => actionIdOf(uuid) === actionId);
}
