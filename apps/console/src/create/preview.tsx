// What the plan would be: its batches, what each may lose, the worst that can come of it.
import type { Forecast, PlanSummary } from '@gradus/domain';
import { parseDuration } from '@gradus/domain';
import { duration } from '../words/durations.js';
import { counted, number, percent } from '../words/numbers.js';
import { batchName } from '../words/statusText.js';

const SHOWN = 10;
const STRIP = 60;

export type Previewed = PlanSummary & { forecast: Forecast };

export function Preview({ plan, isStale }: { plan: Previewed; isStale: boolean }) {
  const { batches, counts, concurrency, forecast, gate, onThreshold } = plan;
  const { worstCaseAgentsHarmed, agentCount, taskCount } = forecast;
  const first = batches[0];
  const watching = parseDuration(forecast.fastestDuration);
  return (
    <div class={isStale ? 'is-stale' : undefined} aria-live="polite">
      <div class="strip is-tall" aria-hidden="true">
        {batches.slice(0, STRIP).map(({ batchIndex, counts: of }) => (
          <span key={batchIndex} style={{ flexGrow: of.agents }} />
        ))}
      </div>
      <p class="consequence">
        {counted(agentCount, 'agent')} in {counted(batches.length, 'batch', 'batches')}, at most{' '}
        {number(concurrency)} at once.{' '}
        {first !== undefined &&
          (first.allowedFailures === 0
            ? `The first failure of ${batchName(0).toLowerCase()} `
            : `More than ${counted(first.allowedFailures, 'failure')} of ${batchName(0).toLowerCase()} `)}
        {onThreshold === 'rollback' ? 'rolls it back.' : 'pauses it.'}
      </p>
      <dl class="forecast">
        <div>
          <dt>Worst case</dt>
          <dd>
            <strong>{counted(worstCaseAgentsHarmed, 'agent')}</strong>{' '}
            <span class="faint">
              {percent(worstCaseAgentsHarmed, agentCount)} can have failed or be in flight when it first
              pauses
            </span>
          </dd>
        </div>
        <div>
          <dt>At the fastest</dt>
          <dd>
            <strong>{watching === 0 ? 'no waiting' : duration(watching)}</strong>{' '}
            <span class="faint">
              of watching{gate === 'manual' && ', and somebody has to promote each batch'}
            </span>
          </dd>
        </div>
        <div>
          <dt>Tasks</dt>
          <dd>
            <strong>{number(taskCount)}</strong>{' '}
            <span class="faint">
              {counts.skipped > 0 && `${counted(counts.skipped, 'agent')} on the target already`}
            </span>
          </dd>
        </div>
      </dl>
      <table>
        <thead>
          <tr>
            <th scope="col">Batch</th>
            <th scope="col">Agents</th>
            <th scope="col">May fail</th>
          </tr>
        </thead>
        <tbody>
          {batches.slice(0, SHOWN).map(({ batchIndex, counts: of, allowedFailures }) => (
            <tr key={batchIndex}>
              <td>{number(batchIndex + 1)}</td>
              <td>{number(of.agents)}</td>
              <td>{number(allowedFailures)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {batches.length > SHOWN && (
        <p class="faint">and {counted(batches.length - SHOWN, 'batch', 'batches')} more</p>
      )}
    </div>
  );
}
