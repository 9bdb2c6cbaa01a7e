// The runbook for a plan that does not move has a row for everything that a plan may say it waits for.
import { readFileSync } from 'node:fs';
import { WAITING_REASONS } from '@gradus/domain';
import { expect, it } from 'vitest';

it('every reason to wait has its row, and no other', () => {
  const text = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');
  const rows = [...text.matchAll(/^\| `([a-z-]+)` \|.*\|.*\|.*\|$/gm)].map(([, reason]) => reason);
  expect(rows.toSorted()).toEqual(WAITING_REASONS.toSorted());
});
