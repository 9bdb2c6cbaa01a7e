// A plan as it goes on: its events as they come, and its summary, which alone says where it stands.
import { setTimeout as sleep } from 'node:timers/promises';
import { type CallOptions, type Client, ConnectionError, ProblemError } from '@gradus/client';
import { hasEnded, type PlanEvent, type PlanSummary } from '@gradus/domain';
import { missedBetween } from '../eventText.js';
import { createInbox, type Inbox } from './inbox.js';

/** Without any event the summary is looked at this often: what a plan waits for changes by itself. */
const LOOK_EVERY_MS = 3_000;
/** Of many events at once the summary is read once. */
const GATHER_MS = 250;
const LARGEST_PAGE = 1_000;

export type Sight =
  | { type: 'event'; event: PlanEvent }
  /** So many events before the next one are no longer kept. */
  | { type: 'gap'; events: number }
  /** Where it stands now; the last one is that of its end. */
  | { type: 'plan'; plan: PlanSummary }
  /** The api is away; it is asked again and again. */
  | { type: 'lost'; error: Error }
  | { type: 'found' };

export interface Watching {
  signal: AbortSignal;
  /** The longest that one answer may take. */
  timeoutMs: number | undefined;
  /** Not an end: a plan that is paused. */
  keepWatching: boolean;
  giveUpAfterMs: number;
  /** The id of the last event that is not to be shown. */
  after: string;
}

/** @returns the id of the plan's newest event */
export async function newestEventId(client: Client, planId: string, call: CallOptions): Promise<string> {
  let newest = '0';
  for await (const { id } of client.listEvents(planId, { limit: LARGEST_PAGE }, call)) newest = id;
  return newest;
}

/**
 * Until the plan has ended or is paused. What it shows heals: events that a lost connection held back come later,
 * and where it stands is read anew each time.
 *
 * @throws ProblemError where the api refuses, the last fault where it was away for `giveUpAfterMs`
 */
export async function* watchPlan(
  client: Client,
  planId: string,
  { signal, timeoutMs, keepWatching, giveUpAfterMs, after }: Watching,
): AsyncGenerator<Sight, void, undefined> {
  const ending = new AbortController();
  const inbox = createInbox<PlanEvent>();
  const following = follow(client, planId, after, AbortSignal.any([signal, ending.signal]), inbox);
  let shown = after;
  function* sightsOf(event: PlanEvent): Generator<Sight, void, undefined> {
    const missed = missedBetween(shown, event);
    if (missed > 0) yield { type: 'gap', events: missed };
    shown = event.id;
    yield { type: 'event', event };
  }
  let lastSeen = '';
  let isLost = false;
  let answeredAt = performance.now();
  try {
    for (;;) {
      const plan = await client.getPlanSummary(planId, { signal, timeoutMs }).catch((error: unknown) => {
        if (!isAway(error) || performance.now() - answeredAt >= giveUpAfterMs) throw error;
        return error;
      });
      if (plan instanceof Error) {
        if (!isLost) yield { type: 'lost', error: plan };
        isLost = true;
        await sleep(GATHER_MS, undefined, { signal }).catch(() => signal.throwIfAborted());
        continue;
      }
      answeredAt = performance.now();
      if (isLost) yield { type: 'found' };
      isLost = false;
      const isOver = hasEnded(plan.status) || (isHalted(plan) && !keepWatching);
      for (const event of inbox.take()) yield* sightsOf(event);
      if (isOver) {
        // What has led to its end is written with it, and may only be on its way.
        const rest = client.listEvents(planId, { after: shown, limit: LARGEST_PAGE }, { signal });
        for await (const event of rest) yield* sightsOf(event);
      }
      const seen = JSON.stringify(plan);
      if (isOver || seen !== lastSeen) yield { type: 'plan', plan };
      if (isOver) return;
      lastSeen = seen;
      await inbox.filled(LOOK_EVERY_MS);
      await sleep(GATHER_MS, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  } finally {
    ending.abort();
    await following;
  }
}

/** Paused until somebody does something: not on the way to the end that a threshold with rollback has. */
function isHalted({ status, onThreshold, pauseReason }: PlanSummary): boolean {
  const isFailing =
    onThreshold === 'rollback' && pauseReason?.startsWith('Failure threshold exceeded') === true;
  return status === 'paused' && !isFailing;
}

async function follow(
  client: Client,
  planId: string,
  after: string,
  signal: AbortSignal,
  inbox: Inbox<PlanEvent>,
): Promise<void> {
  try {
    for await (const event of client.followEvents(planId, { after, signal, onBreak: inbox.wake }))
      inbox.put(event);
  } catch (error) {
    if (signal.aborted) inbox.wake();
    else inbox.fail(error);
  }
}

/** Whether the api may be back by itself. */
function isAway(error: unknown): error is Error {
  if (error instanceof ConnectionError) return true;
  if (!(error instanceof ProblemError)) return false;
  return error.status >= 500 || error.status === 429 || error.code === 'unexpected-answer';
}
