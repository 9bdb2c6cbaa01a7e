// Whether who sent a request is still there to hear the answer.
import { setImmediate as nextTurn } from 'node:timers/promises';

/** From the end of what was sent on a connection to the close that aborts the signal. */
const TURNS = 5;

/**
 * Node hands out a request before it sees that its connection was closed behind it; after a standstill both are
 * there at once.
 *
 * @param signal of the request
 */
export async function hasHungUp(signal: AbortSignal): Promise<boolean> {
  for (let turn = 0; turn < TURNS && !signal.aborted; turn += 1) await nextTurn();
  return signal.aborted;
}
