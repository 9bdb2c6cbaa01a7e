// A stream of server-sent events, until it ends or breaks off.
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { toProblemError } from './problem.js';
import { brokenOff, type Call, type Send } from './send.js';
import { startTimeLimit } from './timeLimit.js';

/**
 * @param silentMs the longest that it may say nothing
 * @returns the messages, as they come
 * @throws ProblemError where the answer is no such stream, ConnectionError where it breaks off or falls silent
 */
export type Stream = (call: Call, silentMs: number) => AsyncGenerator<EventSourceMessage, void, undefined>;

export function createStream(send: Send): Stream {
  return async function* (call, silentMs) {
    const limit = startTimeLimit(silentMs, call.signal);
    try {
      const reader = await send(call, limit, openReader);
      try {
        const messages: EventSourceMessage[] = [];
        const parser = createParser({ onEvent: (message) => messages.push(message) });
        const decoder = new TextDecoder();
        for (;;) {
          const { done, value } = await reader.read().catch((cause: unknown) => {
            throw brokenOff(call, limit, cause);
          });
          if (done) return;
          limit.restart();
          parser.feed(decoder.decode(value, { stream: true }));
          yield* messages.splice(0);
        }
      } finally {
        // Who stops listening hangs up; what has broken off already takes it without a word.
        await reader.cancel().catch(() => undefined);
      }
    } finally {
      limit.clear();
    }
  };
}

async function openReader(response: Response) {
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') ?? false;
  if (!response.ok || !isStream || response.body === null) {
    throw toProblemError(response, await response.text());
  }
  return response.body.getReader();
}
