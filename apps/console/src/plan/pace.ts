// How fast a plan goes, when it is likely to end, and where its batches lie in time. Pure: the time is an argument.
import { hasEnded, type PlanSummary, parseDuration } from '@gradus/domain';
import { endedOf } from '../words/statusText.js';

/** How many agents had ended at an instant. */
export interface Sample {
  at: number;
  ended: number;
}

/** A stretch of a batch, in milliseconds since 1970. */
export interface Phase {
  batchIndex: number;
  kind: 'ran' | 'watched' | 'runs' | 'watches' | 'planned';
  from: number;
  to: number;
}

export interface Pace {
  /** Agents that end; null where nothing is known to go by. */
  perMinute: number | null;
  /** null: it has ended, stands still, or nothing is known to go by. */
  endsAt: number | null;
  /** How often somebody has to promote a batch before that. */
  gatesLeft: number;
  phases: Phase[];
}

const RECENT_MS = 60_000;
/** Less says nothing. */
const LEAST_MS = 8_000;

function recentRate(samples: readonly Sample[], now: number): number | null {
  const recent = samples.filter(({ at }) => now - at <= RECENT_MS);
  const [first, last] = [recent[0], recent.at(-1)];
  if (first === undefined || last === undefined || last.at - first.at < LEAST_MS) return null;
  const ended = last.ended - first.ended;
  return ended > 0 ? ended / (last.at - first.at) : null;
}

/** @param observedSince by batch, where it is known */
function averageRate(
  plan: PlanSummary,
  observedSince: ReadonlyMap<number, number>,
  now: number,
): number | null {
  let agents = 0;
  let ms = 0;
  for (const { batchIndex, counts, startedAt, completedAt } of plan.batches.slice(0, plan.currentBatch + 1)) {
    if (startedAt === null) continue;
    const until = observedSince.get(batchIndex) ?? (completedAt === null ? now : Date.parse(completedAt));
    agents += endedOf(counts) - counts.skipped - counts.cancelled;
    ms += Math.max(0, until - Date.parse(startedAt));
  }
  return agents > 0 && ms >= 1_000 ? agents / ms : null;
}

/**
 * @param samples of late, oldest first
 * @param observedSince when the observe window of a batch began
 */
export function paceOf(
  plan: PlanSummary,
  samples: readonly Sample[],
  observedSince: ReadonlyMap<number, number>,
  now: number,
): Pace {
  const current = plan.batches[plan.currentBatch];
  // Of its batch alone: while one is watched nothing ends, and that says nothing of the next.
  const began = Date.parse(current?.startedAt ?? '') || now;
  // Nor does the time for which it has been paused.
  const moved = plan.pausedAt === null ? now : Date.parse(plan.pausedAt);
  const ofBatch = current?.status === 'running' ? samples.filter(({ at }) => at >= began) : [];
  const rate = recentRate(ofBatch, now) ?? averageRate(plan, observedSince, moved);
  const observeMs = parseDuration(plan.observeDuration);
  const ended = hasEnded(plan.status);
  const phases: Phase[] = [];
  // Without a rate a picture of the order and the sizes is better than none.
  const shownRate = rate ?? plan.concurrency / 60_000;
  let cursor = plan.startedAt === null ? Math.max(now, Date.parse(plan.startAt ?? '') || 0) : now;
  for (const batch of plan.batches) {
    const { batchIndex, counts, startedAt, completedAt, observingUntil } = batch;
    const add = (kind: Phase['kind'], from: number, to: number) => {
      if (to > from) phases.push({ batchIndex, kind, from, to });
    };
    const left = counts.pending + counts.running;
    if (startedAt === null) {
      if (ended) continue;
      const until = cursor + left / shownRate + (left > 0 ? observeMs : 0);
      add('planned', cursor, until);
      cursor = until;
      continue;
    }
    const began = Date.parse(startedAt);
    const watched = observedSince.get(batchIndex);
    const isOver = completedAt !== null || ended;
    const end = completedAt ?? plan.completedAt;
    const until = isOver && end !== null ? Date.parse(end) : now;
    add(isOver || watched !== undefined ? 'ran' : 'runs', began, watched ?? until);
    if (watched !== undefined) add(isOver ? 'watched' : 'watches', watched, until);
    if (isOver) continue;
    const windowLeft = observingUntil === null ? observeMs : Math.max(0, Date.parse(observingUntil) - now);
    const rest = left / shownRate + windowLeft;
    add('planned', now, now + rest);
    cursor = now + rest;
  }
  const isMoving = plan.status === 'running' && rate !== null;
  return {
    perMinute: rate === null ? null : rate * 60_000,
    endsAt: isMoving ? cursor : null,
    gatesLeft: plan.gate === 'manual' && !ended ? plan.batches.length - 1 - plan.currentBatch : 0,
    phases,
  };
}
