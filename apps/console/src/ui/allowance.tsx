// Failures against what a batch may have: a bar that runs towards a line.
import type { BatchSummary } from '@gradus/domain';
import { allowanceText, countedFailures } from '../words/statusText.js';

/** Where on the bar the line stands. */
const LINE_PERCENT = 75;

export function Allowance({ batch }: { batch: BatchSummary }) {
  const failures = countedFailures(batch);
  const { allowedFailures } = batch;
  const share =
    allowedFailures === 0 ? (failures > 0 ? 100 : 0) : (failures / allowedFailures) * LINE_PERCENT;
  const isOver = failures > allowedFailures;
  return (
    <div class={`allowance ${isOver ? 'is-over' : ''}`}>
      <span class="allowance-bar" aria-hidden="true">
        <span style={{ width: `${Math.min(100, share)}%` }} />
        <i style={{ left: `${LINE_PERCENT}%` }} />
      </span>
      <span>{allowanceText(batch)}</span>
    </div>
  );
}
