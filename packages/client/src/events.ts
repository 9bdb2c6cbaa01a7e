// A plan's events: page by page, or as they come.
import type { PlanEvent } from '@gradus/domain';
import { eachItem } from './pages.js';
import { pathOf } from './plans.js';
import { ProblemError } from './problem.js';
import type { Request } from './request.js';
import { backoffMs, pause } from './retries.js';
import type { Call, CallOptions } from './send.js';
import type { Stream } from './stream.js';

const EVENTS_A_PAGE = 500;
/** The api says something every 15 s: three times nothing, and nobody is there. */
const SILENT_MS = 45_000;

/** How a plan's events are followed. */
export interface FollowOptions extends Pick<CallOptions, 'signal'> {
  /** Follows from after the event of this id; default: from the first one. */
  after?: string | undefined;
  /** Ends it once nothing has been heard of the api for so long; default: never. */
  giveUpAfterMs?: number | undefined;
  /** The longest that a stream may say nothing: it is taken for broken off then; default 45 s. */
  silentMs?: number | undefined;
  /** Told each time that a stream has broken off, or was not to be had. */
  onBreak?: (() => void) | undefined;
}

/** The calls about a plan's events. */
export function eventCalls(request: Request, stream: Stream) {
  /** Oldest first. `after` is the id of the last event that is not wanted, `limit` the size of a page. */
  const listEvents = (
    planId: string,
    { after, limit }: { after?: string | undefined; limit?: number | undefined } = {},
    options: CallOptions = {},
  ) => eachItem<PlanEvent>(request, `${pathOf(planId)}/events`, { cursor: after, limit }, options);

  /**
   * Every event, each once and in order, as they come, for as long as the caller listens: past the plan's end
   * too. A stream that breaks off is taken up where it was; where none is to be had, the listing is asked every
   * few seconds instead. Events that are no longer kept show as a jump of the ids.
   *
   * @throws ProblemError where the api refuses the listing (the plan was deleted, say); the last fault where it
   *   was not heard of for `giveUpAfterMs`
   */
  async function* followEvents(
    planId: string,
    {
      after = '0',
      giveUpAfterMs = Number.POSITIVE_INFINITY,
      silentMs = SILENT_MS,
      onBreak,
      signal,
    }: FollowOptions = {},
  ): AsyncGenerator<PlanEvent, void, undefined> {
    let last = after;
    let heardAt = performance.now();
    let failures = 0;
    for (;;) {
      try {
        for await (const event of listEvents(planId, { after: last, limit: EVENTS_A_PAGE }, { signal })) {
          last = event.id;
          yield event;
        }
        heardAt = performance.now();
      } catch (error) {
        signal?.throwIfAborted();
        if (isRefusal(error) || performance.now() - heardAt >= giveUpAfterMs) throw error;
      }
      try {
        const call: Call = {
          method: 'GET',
          path: `${pathOf(planId)}/events`,
          headers: { accept: 'text/event-stream', 'last-event-id': last },
          signal,
        };
        const messages = stream(call, silentMs);
        for await (const { event: type, data } of messages) {
          heardAt = performance.now();
          failures = 0;
          if (type === 'reset') continue;
          const event = JSON.parse(data) as PlanEvent;
          last = event.id;
          yield event;
        }
      } catch {
        // A stream that is refused may be a proxy's doing: it is the listing that judges.
        signal?.throwIfAborted();
      }
      onBreak?.();
      await pause(backoffMs(failures), signal);
      failures += 1;
    }
  }

  return { listEvents, followEvents };
}

/** Whether the api would answer the same if it were asked again. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof ProblemError) || error.code === 'unexpected-answer') return false;
  return error.status >= 400 && error.status < 500 && error.status !== 429;
}
