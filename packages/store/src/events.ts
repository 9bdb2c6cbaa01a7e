// A plan's events: those of the plan and its batches are kept as long as the plan, those of its tasks are trimmed.
import type { PlanEvent } from '@gradus/domain';
import type { PlanEvents } from './port.js';
import { type Fields, fieldsOf, instant, isVisible, READABLE_NEEDS } from './stored.js';
import type { StoreParts } from './storeParts.js';
import { transact } from './transact.js';

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
