// One plan of the list.
import { hasEnded, type PlanSummary } from '@gradus/domain';
import { planPath } from '../router.js';
import { Allowance } from '../ui/allowance.js';
import { BatchStrip } from '../ui/batchStrip.js';
import { Ago, In, now } from '../ui/instant.js';
import { StatusBadge } from '../ui/statusBadge.js';
import { counted, number, percent } from '../words/numbers.js';
import { batchName, batchOf, standText, upgradeText } from '../words/statusText.js';
import { attentionOf } from './attention.js';
import { PauseButton } from './pauseButton.js';

function Failures({ plan }: { plan: PlanSummary }) {
  const batch = batchOf(plan);
  const { failed } = plan.counts;
  if (hasEnded(plan.status) || batch === undefined) {
    return <span class={failed > 0 ? 'is-bad' : 'faint'}>{counted(failed, 'failure')}</span>;
  }
  return <Allowance batch={batch} />;
}

function When({ plan }: { plan: PlanSummary }) {
  const { waitingFor, completedAt, startedAt, createdAt } = plan;
  if (completedAt !== null)
    return (
      <>
        ended <Ago at={completedAt} />
      </>
    );
  if (waitingFor?.until && Date.parse(waitingFor.until) > now.value)
    return (
      <>
        {waitingFor.reason === 'outcome' && 'at the latest '}
        <In at={waitingFor.until} />
      </>
    );
  return startedAt === null ? (
    <>
      made <Ago at={createdAt} />
    </>
  ) : (
    <>
      started <Ago at={startedAt} />
    </>
  );
}

export function PlanRow({ plan, onChange }: { plan: PlanSummary; onChange: () => void }) {
  const { counts, batches, currentBatch } = plan;
  const done = counts.completed + counts.skipped;
  const attention = attentionOf(plan, now.value);
  return (
    <li class={`plan-row ${attention === null ? '' : `needs-${attention.level}`}`}>
      <div class="plan-name">
        <a href={planPath(plan.id)}>{plan.name}</a>
        <span class="faint">
          {upgradeText(plan)} · by {plan.createdBy}
        </span>
      </div>
      <div class="plan-state">
        <StatusBadge status={plan.status} />
        {attention?.level === 'watch' && <span class="is-warning">{attention.why}</span>}
      </div>
      <div class="plan-progress">
        <BatchStrip plan={plan} />
        <span class="faint">
          <b>{percent(done, counts.agents)}</b> of {counted(counts.agents, 'agent')}
          {!hasEnded(plan.status) && batches.length > 1 && (
            <>
              {' '}
              · {batchName(currentBatch).toLowerCase()} of {number(batches.length)}
            </>
          )}
        </span>
      </div>
      <div class="plan-failures">
        <Failures plan={plan} />
      </div>
      <div class="plan-waits">
        <span>{standText(plan)}</span>
        <span class="faint">
          <When plan={plan} />
        </span>
      </div>
      <div class="plan-do">
        <PauseButton plan={plan} onDone={onChange} />
      </div>
    </li>
  );
}
