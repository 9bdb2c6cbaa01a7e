// A plan's batches as a strip: each as long as it has agents, filled as far as they have got.
import type { PlanSummary } from '@gradus/domain';
import { counted, percent } from '../words/numbers.js';
import { countsText } from '../words/statusText.js';
import { shadesOf } from './shades.js';

/** More than these are too narrow to tell apart. */
const MOST = 60;

export function BatchStrip({ plan }: { plan: PlanSummary }) {
  const { batches, counts, currentBatch } = plan;
  const done = counts.completed + counts.skipped;
  const label = `${percent(done, counts.agents)} of ${counted(counts.agents, 'agent')} in ${counted(batches.length, 'batch', 'batches')}: ${countsText(counts)}`;
  const shown = batches.length > MOST ? [{ batchIndex: 0, counts }] : batches;
  return (
    <div class="strip" role="img" aria-label={label} title={label}>
      {shown.map(({ batchIndex, counts: of }) => (
        <span
          key={batchIndex}
          class={batchIndex === currentBatch && plan.status === 'running' ? 'is-current' : undefined}
          style={{ flexGrow: Math.max(of.agents, counts.agents / 50), background: shadesOf(of) }}
        />
      ))}
    </div>
  );
}
