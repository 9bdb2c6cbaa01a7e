// One plan, kept up to date while it is looked at: its summary, what was decided, what its agents do.
import { isProblem } from '@gradus/client';
import type { PlanEvent, PlanSummary } from '@gradus/domain';
import { batch, effect, signal } from '@preact/signals';
import { client } from '../api.js';
import { poll } from '../poll.js';
import { take } from '../take.js';
import { isVisible } from '../visible.js';
import { endedOf } from '../words/statusText.js';
import { createFailureBook, type Failure } from './failures.js';
import type { Sample } from './pace.js';

/** Without any event it is looked at so often. */
const POLL_MS = 3_000;
/** However many events come, the summary is read no more often; one that takes long, of very many batches, less often. */
const LEAST_BETWEEN_MS = 700;
const BETWEEN_FACTOR = 5;
/** What has come is shown together: at hundreds of events a second each would be a picture of its own. */
const FLUSH_MS = 250;
const FEED = 60;
const SAMPLES_MS = 180_000;
/** A batch's failures are read so often where the events do not tell them all. */
const RECOUNT_MS = 10_000;
const MOST_RECOUNTED = 1_000;
const SLACK = 0.03;

const isDecision = ({ type }: PlanEvent) => !type.startsWith('task.');

export type LivePlan = ReturnType<typeof watchPlan>;

export function watchPlan(planId: string) {
  const plan = signal<PlanSummary | null>(null);
  const isGone = signal(false);
  const fault = signal<unknown>(null);
  /** Events of the plan and its batches, oldest first. */
  const decisions = signal<readonly PlanEvent[]>([]);
  /** The latest events of tasks, newest first. */
  const feed = signal<readonly PlanEvent[]>([]);
  const failures = signal<readonly Failure[]>([]);
  const samples = signal<readonly Sample[]>([]);

  const book = createFailureBook();
  const recounted = new Map<number, { at: number; of: number }>();
  const differed = new Set<number>();
  let waiting: PlanEvent[] = [];
  let flushing: number | undefined;
  let poking: number | undefined;
  let readAt = 0;
  let tookMs = 0;
  let last = '0';
  let isRecounting = false;
  const ending = new AbortController();

  function show(next: PlanSummary): void {
    const known = plan.peek();
    // Answers of commands and of reads may overtake each other.
    if (known !== null && next.revision < known.revision) return;
    const at = Date.now();
    batch(() => {
      plan.value = next;
      isGone.value = false;
      fault.value = null;
      const kept = samples.peek().filter((sample) => at - sample.at < SAMPLES_MS);
      samples.value = [...kept, { at, ended: endedOf(next.counts) }];
    });
  }

  /** Where the events are trimmed, or an attempt that failed is not the last one, they tell another number. */
  async function recount(summary: PlanSummary, abort: AbortSignal): Promise<void> {
    for (const { batchIndex, failedCount, status } of summary.batches) {
      // While it runs, what has just failed may be told by one of the two alone.
      const slack = status === 'running' ? Math.max(2, failedCount * SLACK) : 0;
      const differs = Math.abs(book.countOf(batchIndex) - failedCount) > slack;
      const { at, of } = recounted.get(batchIndex) ?? { at: 0, of: null };
      // Of very many it reads the first ones alone: no more can be known until there are others.
      const isDue = Date.now() - at > RECOUNT_MS && of !== failedCount;
      // Once may be the moment between two answers.
      const again = differed.has(batchIndex);
      if (differs) differed.add(batchIndex);
      else differed.delete(batchIndex);
      if (!differs || !again || !isDue) continue;
      recounted.set(batchIndex, { at: Date.now(), of: failedCount });
      const filter = { status: 'failed', limit: MOST_RECOUNTED } as const;
      const found = await take(
        client.listBatchTasks(planId, batchIndex, filter, { signal: abort }),
        MOST_RECOUNTED,
      );
      book.replace(batchIndex, found.items);
      failures.value = book.all();
    }
  }

  /** Of a large batch it takes seconds, for which nothing else is to wait. */
  async function recountBeside(summary: PlanSummary): Promise<void> {
    if (isRecounting) return;
    isRecounting = true;
    try {
      await recount(summary, ending.signal);
    } catch {
      // The next summary has it tried again.
    }
    isRecounting = false;
  }

  const summary = poll(async (abort) => {
    try {
      readAt = Date.now();
      const next = await client.getPlanSummary(planId, { signal: abort });
      tookMs = Date.now() - readAt;
      show(next);
      void recountBeside(next);
    } catch (error) {
      if (abort.aborted) return;
      if (isProblem(error, 'not-found')) isGone.value = true;
      else fault.value = error;
    }
  }, POLL_MS);

  function pokeSoon(): void {
    if (poking !== undefined) return;
    const wait = Math.max(0, readAt + Math.max(LEAST_BETWEEN_MS, tookMs * BETWEEN_FACTOR) - Date.now());
    poking = setTimeout(() => {
      poking = undefined;
      summary.poke();
    }, wait);
  }

  function flush(): void {
    flushing = undefined;
    const news = waiting;
    waiting = [];
    const ofTasks = news.filter((event) => !isDecision(event));
    for (const event of ofTasks) book.note(event);
    batch(() => {
      const decided = news.filter(isDecision);
      if (decided.length > 0) decisions.value = [...decisions.peek(), ...decided];
      if (ofTasks.length === 0) return;
      feed.value = [...ofTasks.slice(-FEED).reverse(), ...feed.peek()].slice(0, FEED);
      if (ofTasks.some(({ type }) => type === 'task.failed') || failures.peek().length > 0) {
        failures.value = book.all();
      }
    });
    pokeSoon();
  }

  async function follow(abort: AbortSignal): Promise<void> {
    for await (const event of client.followEvents(planId, { after: last, signal: abort })) {
      last = event.id;
      waiting.push(event);
      flushing ??= setTimeout(flush, FLUSH_MS);
    }
  }

  // Nobody sees a hidden page, and a browser has few connections to one address.
  const unwatch = effect(() => {
    if (!isVisible.value) return;
    const controller = new AbortController();
    follow(controller.signal).catch(() => {
      // Its end was asked for, or the plan is gone: the summary says so.
    });
    return () => controller.abort();
  });

  return {
    plan,
    isGone,
    fault,
    decisions,
    feed,
    failures,
    samples,
    show,
    refresh: summary.poke,
    stop: () => {
      ending.abort();
      unwatch();
      summary.stop();
      clearTimeout(flushing);
      clearTimeout(poking);
    },
  };
}
