// Failures as the events tell them, and as the tasks put them right.
import type { PlanEvent, PlanTask } from '@gradus/domain';
import { expect, it } from 'vitest';
import { causesOf, createFailureBook } from './failures.js';

const event = (type: PlanEvent['type'], agentId: string, detail: string | null = null): PlanEvent => ({
  id: '1',
  at: '2026-01-15T08:00:00.000Z',
  type,
  planId: 'plan-1',
  batchIndex: 0,
  agentId,
  lifecycleTaskUuid: 'task-1',
  actor: null,
  detail,
});

it('counts an agent once, and not while it is tried again', () => {
  const book = createFailureBook();
  for (const agentId of ['a', 'a', 'b']) book.note(event('task.failed', agentId, 'disk full'));
  expect(book.countOf(0)).toBe(2);
  book.note(event('task.dispatched', 'a'));
  expect(book.all().map(({ agentId }) => agentId)).toEqual(['b']);
});

it('takes the word of the tasks over that of the events, batch by batch', () => {
  const book = createFailureBook();
  book.note(event('task.failed', 'a', 'disk full'));
  book.note({ ...event('task.failed', 'z', 'disk full'), batchIndex: 1 });
  book.replace(0, [{ agentId: 'c', error: null, completedAt: '2026-01-15T08:00:00.000Z' } as PlanTask]);
  expect(
    book
      .all()
      .map(({ agentId }) => agentId)
      .toSorted(),
  ).toEqual(['c', 'z']);
  expect(book.countOf(1)).toBe(1);
});

it('takes texts for one cause that differ in numbers alone, the most common first', () => {
  const failures = ['disk full at 97%', 'checksum of deadbeef01 differs', 'disk full at 99%'].map(
    (error, at) => ({
      agentId: `a${at}`,
      batchIndex: 0,
      error,
      at,
    }),
  );
  expect(causesOf(failures).map(({ text, failures: of }) => [text, of.length])).toEqual([
    ['disk full at 99%', 2],
    ['checksum of deadbeef01 differs', 1],
  ]);
});
