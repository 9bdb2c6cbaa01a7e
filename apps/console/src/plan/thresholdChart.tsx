// The failures of a batch as they come, and the line that they must not pass.
import type { BatchSummary } from '@gradus/domain';
import { local, now } from '../ui/instant.js';
import { number } from '../words/numbers.js';
import { allowanceText, batchName } from '../words/statusText.js';
import type { Failure } from './failures.js';

const WIDTH = 100;
const HEIGHT = 60;
/** What is left free above the line. */
const HEADROOM = 1.35;

/** @returns a path that rises by one step with each failure, and how high it ends */
function pathOf(failures: readonly Failure[], count: number, from: number, to: number, top: number): string {
  const x = (at: number) => Math.min(WIDTH, Math.max(0, ((at - from) / (to - from)) * WIDTH));
  const y = (height: number) => HEIGHT - (height / top) * HEIGHT;
  // Those that nothing is told of came before.
  let height = Math.max(0, count - failures.length);
  const steps = failures
    .toSorted((a, b) => a.at - b.at)
    .map(({ at }) => {
      height += 1;
      return `H${x(at).toFixed(2)}V${y(height).toFixed(2)}`;
    });
  return `M0 ${y(Math.max(0, count - failures.length)).toFixed(2)}${steps.join('')}H${WIDTH}`;
}

export function ThresholdChart({ batch, failures }: { batch: BatchSummary; failures: readonly Failure[] }) {
  const { batchIndex, startedAt, completedAt, failedCount, allowedFailures, forgiven, counts } = batch;
  const line = allowedFailures + forgiven;
  const from = startedAt === null ? now.value : Date.parse(startedAt);
  const to = Math.max(from + 1_000, completedAt === null ? now.value : Date.parse(completedAt));
  const top = Math.max(line * HEADROOM, failedCount * 1.1, 1.35);
  const path = pathOf(
    failures.filter((failure) => failure.batchIndex === batchIndex),
    failedCount,
    from,
    to,
    top,
  );
  const lineAt = 100 - (line / top) * 100;
  const isOver = failedCount > line;
  const left = line - failedCount + 1;
  const means = isOver
    ? ', past the threshold'
    : line >= counts.agents
      ? ', all that there are: they never pause the plan'
      : completedAt === null
        ? `, ${number(left)} more ${left === 1 ? 'pauses' : 'pause'} the plan`
        : '';
  return (
    <figure class={`threshold ${isOver ? 'is-over' : ''}`}>
      <figcaption>
        <b>{batchName(batchIndex)}:</b> {allowanceText(batch)}
        {means}
      </figcaption>
      <div class="threshold-plot">
        <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
          <path class="area" d={`${path}V${HEIGHT}H0Z`} />
          <path class="rise" d={path} vector-effect="non-scaling-stroke" />
        </svg>
        <i style={{ top: `${lineAt}%` }}>
          <span>threshold {number(line)}</span>
        </i>
      </div>
      <div class="band-axis" aria-hidden="true">
        <span>{startedAt === null ? 'not started' : local(from)}</span>
        <span>{startedAt === null ? '' : completedAt === null ? 'now' : local(to)}</span>
      </div>
    </figure>
  );
}
