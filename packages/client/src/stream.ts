// A stream of server-sent events, until it ends or breaks off.
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { toProblemError } from './problem.js';
import { brokenOff, type Call, type Send } from './send.js';
import { startTimeLimit } from './timeLimit.js';

/** The api says something every 15 s: three times nothing, and nobody is there. */
const SILENT_MS = 45_000;

/**
 * @returns the messages, as they come
 * @throws ProblemError where the answer is no such stream, ConnectionError where it breaks off or falls silent
 */
export type Stream = (call: Call) => AsyncGenerator<EventSourceMessage, void, undefined>;

export function createStream(send: Send): Stream {
  return async function* (call) {
    const limit = startTimeLimit(call.timeoutMs ?? SILENT_MS, call.signal);
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
