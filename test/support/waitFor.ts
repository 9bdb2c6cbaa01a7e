// Waits for a condition instead of for a time.
import { setTimeout as wait } from 'node:timers/promises';

const POLL_MS = 20;

/** What was waited for did not come about in time. */
class WaitedInVain extends Error {
  readonly code = 'waited-in-vain';
  constructor(what: string, timeoutMs: number, lastSeen: unknown, cause: unknown) {
    super(`waited ${timeoutMs} ms for ${what}; seen last: ${JSON.stringify(lastSeen) ?? String(lastSeen)}`, {
      cause,
    });
    this.name = 'WaitedInVain';
  }
}

export interface Waiting {
  /** Ends the sentence "waited for …". */
  what: string;
  timeoutMs?: number;
}

/**
 * Asks again and again until the answer is neither false, null nor undefined. A question that throws is asked
 * again too.
 *
 * @returns that answer
 * @throws WaitedInVain with the last answer, and the last fault as its cause
 */
export async function waitFor<Answer>(
  condition: () => Promise<Answer | false | null | undefined> | Answer | false | null | undefined,
  { what, timeoutMs = 10_000 }: Waiting,
): Promise<Answer> {
  const until = performance.now() + timeoutMs;
  let answer: Answer | false | null | undefined;
  let fault: unknown;
  do {
    try {
      answer = await condition();
      fault = undefined;
      if (answer !== false && answer !== null && answer !== undefined) return answer;
    } catch (error) {
      fault = error;
    }
    await wait(POLL_MS);
  } while (performance.now() < until);
  throw new WaitedInVain(what, timeoutMs, answer, fault);
}
