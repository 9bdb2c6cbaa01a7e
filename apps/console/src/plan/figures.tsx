// The few numbers of a plan that say how it fares.
import type { PlanSummary } from '@gradus/domain';
import type { ComponentChildren } from 'preact';
import { In, Instant, now } from '../ui/instant.js';
import { about, duration } from '../words/durations.js';
import { counted, number, percent, rough } from '../words/numbers.js';
import { allowanceText, batchName, batchOf } from '../words/statusText.js';
import type { Pace } from './pace.js';

function Figure({
  name,
  value,
  children,
}: {
  name: string;
  value: ComponentChildren;
  children?: ComponentChildren;
}) {
  return (
    <div class="figure">
      <dt>{name}</dt>
      <dd>
        <strong>{value}</strong>
        <span class="faint">{children}</span>
      </dd>
    </div>
  );
}

function End({ plan, pace }: { plan: PlanSummary; pace: Pace }) {
  if (plan.completedAt !== null) {
    const took = plan.startedAt === null ? null : Date.parse(plan.completedAt) - Date.parse(plan.startedAt);
    return (
      <Figure name="Ended" value={<Instant at={plan.completedAt} />}>
        {took !== null && `took ${duration(took)}`}
      </Figure>
    );
  }
  if (pace.endsAt === null) {
    if (plan.startAt !== null && plan.status === 'pending')
      return (
        <Figure name="Starts" value={<Instant at={plan.startAt} />}>
          <In at={plan.startAt} />
        </Figure>
      );
    return (
      <Figure name="Estimated end" value="–">
        {plan.status === 'paused' ? 'it stands still' : 'nothing to go by yet'}
      </Figure>
    );
  }
  const left = pace.endsAt - now.value;
  return (
    <Figure name="Estimated end" value={<Instant at={pace.endsAt} />}>
      {left < 60_000 ? about(left) : `in ${about(left)}`}
      {pace.gatesLeft > 0 && `, and ${counted(pace.gatesLeft, 'promotion')}`}
    </Figure>
  );
}

export function Figures({ plan, pace }: { plan: PlanSummary; pace: Pace }) {
  const { counts, concurrency, batches, currentBatch, status } = plan;
  const done = counts.completed + counts.skipped;
  const batch = batchOf(plan);
  return (
    <dl class="figures">
      <Figure name="Upgraded" value={percent(done, counts.agents)}>
        {number(done)} of {counted(counts.agents, 'agent')}
      </Figure>
      <Figure name="Batch" value={`${number(currentBatch + 1)} of ${number(batches.length)}`}>
        {batch?.status}
      </Figure>
      <Figure name="In flight" value={number(counts.running)}>
        at most {number(concurrency)} at once
      </Figure>
      <Figure
        name="Failed"
        value={<span class={counts.failed > 0 ? 'is-bad' : undefined}>{number(counts.failed)}</span>}
      >
        {batch !== undefined &&
          status !== 'completed' &&
          `${batchName(currentBatch).toLowerCase()}: ${allowanceText(batch)}`}
      </Figure>
      <Figure name="Rate" value={pace.perMinute === null ? '–' : rough(pace.perMinute)}>
        {pace.perMinute === null ? 'nothing to go by yet' : 'agents a minute'}
      </Figure>
      <End plan={plan} pace={pace} />
    </dl>
  );
}
