// One request of the contract: retries, problems, the answer's JSON.
import { toProblemError } from './problem.js';
import { pause, retryDelayMs } from './retries.js';
import type { Call, Send } from './send.js';
import { startTimeLimit } from './timeLimit.js';

const TIMEOUT_MS = 30_000;

/**
 * @returns what the api answered
 * @throws ProblemError where that is not a success, ConnectionError where there was no answer
 */
export type Request = <Answer>(call: Call) => Promise<Answer>;

/** @param maxRetries how often a call that is repeatable is tried again */
export function createRequest(send: Send, maxRetries: number): Request {
  async function tryOnce<Answer>(call: Call): Promise<Answer> {
    const limit = startTimeLimit(call.timeoutMs ?? TIMEOUT_MS, call.signal);
    try {
      const { response, text } = await send(call, limit, async (answered) => ({
        response: answered,
        text: await answered.text(),
      }));
      if (!response.ok) throw toProblemError(response, text);
      if (response.status === 204) return undefined as Answer;
      try {
        return JSON.parse(text) as Answer;
      } catch {
        throw toProblemError(response, text);
      }
    } finally {
      limit.clear();
    }
  }

  return async <Answer>(call: Call) => {
    for (let retry = 0; ; retry += 1) {
      try {
        return await tryOnce<Answer>(call);
      } catch (error) {
        const delayMs = call.isRepeatable && retry < maxRetries ? retryDelayMs(error, retry) : null;
        if (delayMs === null) throw error;
        await pause(delayMs, call.signal);
      }
    }
  };
}
