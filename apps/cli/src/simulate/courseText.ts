// What has come of a simulated plan, in words.
import type { Course, Repeated, Spread } from '@gradus/simulation';
import { factLines } from '../planText.js';
import { table } from '../table.js';

/** Of more batches than these the middle ones are left out. */
const BATCHES_SHOWN = 20;

export function courseLines(course: Course): string[] {
  const { status, endedAtMs, counts, attempts, harmed, unseen } = course;
  return [
    ...batchLines(course),
    '',
    ...factLines([
      ['status', status],
      [status === 'completed' ? 'completed after' : 'stopped after', lengthText(endedAtMs)],
      ['agents', counts.agents],
      ['upgraded', counts.completed],
      ['failed', counts.failed],
      ['never started', counts.pending],
      ['attempts', attempts],
      ['failed or in flight when it was stopped', status === 'completed' ? null : harmed],
      ['went bad after their batch was closed', unseen],
    ]),
  ];
}

export function repeatedLines(repeated: Repeated): string[] {
  const { runs, completed, stopped, stoppedInBatch } = repeated;
  const row = (name: string, spread: Spread, text: (value: number) => string = String) => [
    name,
    ...[spread.least, spread.median, spread.p95, spread.most].map(text),
  ];
  const where = Object.entries(stoppedInBatch).map(([batch, times]) => `batch ${batch} ${times} times`);
  return [
    ...factLines([
      ['runs', runs],
      ['completed', completed],
      ['stopped by the threshold', stopped],
      ['in', where.length === 0 ? null : where.join(', ')],
    ]),
    '',
    ...table(
      ['', 'least', 'median', '95 of 100', 'most'],
      [
        row('until the end or the stop', repeated.endedAtMs, lengthText),
        row('failed', repeated.failed),
        row('failed or in flight at the stop', repeated.harmed),
        row('went bad after their batch was closed', repeated.unseen),
      ],
    ),
  ];
}

function batchLines({ batches }: Course): string[] {
  const rows = batches.map((batch) => [
    String(batch.batchIndex),
    batch.status,
    String(batch.agents),
    batch.startedAtMs === null ? '' : lengthText(batch.startedAtMs),
    batch.startedAtMs === null || batch.completedAtMs === null
      ? ''
      : lengthText(batch.completedAtMs - batch.startedAtMs),
    `${batch.failed} of ${batch.allowedFailures} allowed`,
  ]);
  const left = rows.length - BATCHES_SHOWN;
  if (left > 0) rows.splice(BATCHES_SHOWN / 2, left, ['…', `${left} more`]);
  return table(['batch', 'status', 'agents', 'starts after', 'takes', 'failed'], rows);
}

/** @returns two units at most, as in `2d3h`, `5m10s` or `4s` */
function lengthText(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3_600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [seconds % 60, 's'],
  ] as const;
  const first = parts.findIndex(([amount]) => amount > 0);
  if (first === -1) return '0s';
  return parts
    .slice(first, first + 2)
    .filter(([amount]) => amount > 0)
    .map(([amount, unit]) => `${amount}${unit}`)
    .join('');
}
