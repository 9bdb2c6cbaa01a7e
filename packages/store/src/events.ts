// A plan's events: those of the plan and its batches are kept as long as the plan, those of its tasks are trimmed.

import { hasEnded, type KeptEvent, type PlanEvent } from '@gradus/domain';
import type { PlanEvents, Unannounced } from './port.js';
import { type Fields, fieldsOf, instant, isVisible, planStatusOf, READABLE_NEEDS } from './stored.js';
import { unlessAway } from './storeFaults.js';
import type { StoreParts } from './storeParts.js';
import { transact } from './transact.js';

/** So many are handed over at once. */
const ANNOUNCED_AT_ONCE = 100;
/** A plan that nobody was ever told of may have any number. */
const ANNOUNCED_OF_DELETED = 1_000;

/** Every event of a plan or a batch brings its plan to the next revision. */
const ANNOUNCED_NEEDS = ['revision', 'announcedEvent', 'announcedRevision'] as const;

type Entry = [id: string, fields: string[]];

function sequenceOf([id]: Entry): number {
  return Number(id.split('-')[0]);
}

function eventOf(planId: string, entry: Entry): PlanEvent {
  const flat = entry[1];
  const fields: Fields = {};
  for (let index = 0; index < flat.length; index += 2) fields[flat[index] ?? ''] = flat[index + 1] ?? '';
  const text = (name: string) => fields[name] || null;
  return {
    id: sequenceOf(entry).toString(),
    at: instant(fields['at']) ?? '',
    type: fields['type'] as PlanEvent['type'],
    planId,
    batchIndex: fields['batchIndex'] === undefined ? null : Number(fields['batchIndex']),
    agentId: text('agentId'),
    lifecycleTaskUuid: text('lifecycleTaskUuid'),
    actor: text('actor'),
    detail: text('detail'),
  };
}

/** @returns null where there is no such plan */
export async function readEvents(
  { connection, keys }: StoreParts,
  planId: string,
  { after, limit }: { after: number; limit: number },
): Promise<PlanEvents | null> {
  const from = `${after + 1}-0`;
  const streams = [keys.plan(planId, 'events'), keys.plan(planId, 'task-events')];
  const [header, oldestTaskEvent, trimmed, ...found] = await transact(connection, [
    ['hmget', keys.plan(planId, 'plan'), ...READABLE_NEEDS],
    ['xrange', keys.plan(planId, 'task-events'), '-', '+', 'COUNT', 1],
    ['hget', keys.plan(planId, 'plan'), 'taskEventSeq'],
    ...streams.map((stream) => ['xrange', stream, from, '+', 'COUNT', limit]),
  ]);
  if (!isVisible(fieldsOf(READABLE_NEEDS, header as (string | null)[]))) return null;
  const items = (found as Entry[][])
    .flat()
    .sort((a, b) => sequenceOf(a) - sequenceOf(b))
    .slice(0, limit);
  const [oldest] = oldestTaskEvent as Entry[];
  // The first task event of all is remembered: where an older one than those kept was to come, it is gone.
  const isTrimmed = oldest !== undefined && trimmed !== null && Number(trimmed) < sequenceOf(oldest);
  return {
    items: items.map((entry) => eventOf(planId, entry)),
    isGapped: isTrimmed && after + 1 < sequenceOf(oldest),
  };
}

/** Of the stream that has none of tasks. */
const keptEventOf = (planId: string, entry: Entry) => eventOf(planId, entry) as KeptEvent;

/** @param plan at least its revision, and what is noted of what was told */
export function unannouncedCount(plan: Fields): number {
  return Number(plan['revision'] ?? 0) - Number(plan['announcedRevision'] ?? 0);
}

/** @returns null where there is no such plan */
export async function readUnannounced(
  { connection, keys }: StoreParts,
  planId: string,
): Promise<Unannounced | null> {
  const needs = [...READABLE_NEEDS, ...ANNOUNCED_NEEDS];
  const header = await unlessAway(connection.hmget(keys.plan(planId, 'plan'), ...needs));
  const plan = fieldsOf(needs, header);
  if (!isVisible(plan)) return null;
  const { announcedEvent = '0', announcedRevision = '0', revision } = plan;
  const from = `${Number(announcedEvent) + 1}-0`;
  const entries = (await unlessAway(
    connection.xrange(keys.plan(planId, 'events'), from, '+', 'COUNT', ANNOUNCED_AT_ONCE),
  )) as Entry[];
  const last = entries.at(-1);
  const read = Number(announcedRevision) + entries.length;
  const isAll = entries.length < ANNOUNCED_AT_ONCE;
  return {
    isAll,
    events: entries.map((entry) => keptEventOf(planId, entry)),
    upTo: {
      event: last === undefined ? Number(announcedEvent) : sequenceOf(last),
      // Where there are no more, all is read that had brought it there: also where some of it is gone.
      revision: isAll ? Math.max(read, Number(revision)) : read,
    },
  };
}

/** @returns the newest events that nobody was told of yet, where the plan has ended and is not retired */
export async function unannouncedOfEnded(
  { connection, keys }: StoreParts,
  planId: string,
): Promise<KeptEvent[]> {
  const needs = [...READABLE_NEEDS, ...ANNOUNCED_NEEDS];
  const [activeSince, header] = await Promise.all([
    unlessAway(connection.zscore(keys.activePlans, planId)),
    unlessAway(connection.hmget(keys.plan(planId, 'plan'), ...needs)),
  ]);
  const plan = fieldsOf(needs, header);
  if (activeSince === null || !isVisible(plan) || !hasEnded(planStatusOf(plan))) return [];
  const count = Math.min(unannouncedCount(plan), ANNOUNCED_OF_DELETED);
  if (count === 0) return [];
  const entries = (await unlessAway(
    connection.xrevrange(keys.plan(planId, 'events'), '+', '-', 'COUNT', count),
  )) as Entry[];
  return entries.toReversed().map((entry) => keptEventOf(planId, entry));
}
