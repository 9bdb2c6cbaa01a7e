// Whether who sent a request is still there to hear the answer.
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Context } from 'hono';
import type { ApiEnv } from './env.js';

/** From the end of what was sent on a connection to its close. */
const TURNS = 5;

/** As the request's signal tells, which is costly to make. */
export function isGone({ env }: Context<ApiEnv>): boolean {
  return env.outgoing.closed;
}

/**
 * Node hands out a request before it sees that its connection was closed behind it; after a standstill both are
 * there at once.
 */
export async function hasHungUp(c: Context<ApiEnv>): Promise<boolean> {
  for (let turn = 0; turn < TURNS && !isGone(c); turn += 1) await nextTurn();
  return isGone(c);
}
