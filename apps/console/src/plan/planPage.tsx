// One plan, live: how it fares, what it waits for, and what can be done.
import { hasEnded, type PlanSummary } from '@gradus/domain';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { attentionOf } from '../plans/attention.js';
import { Fault } from '../ui/fault.js';
import { AlertIcon, CheckIcon, ClockIcon } from '../ui/icons.js';
import { Ago, In, now } from '../ui/instant.js';
import { Loading } from '../ui/loading.js';
import { StatusBadge } from '../ui/statusBadge.js';
import { batchOf, standText, upgradeText } from '../words/statusText.js';
import { AgentGrid } from './agentGrid.js';
import { BatchAgents } from './batchAgents.js';
import { BatchBand } from './batchBand.js';
import { CommandBar } from './commandBar.js';
import { EventLog } from './eventLog.js';
import { FailureCauses } from './failureCauses.js';
import { Figures } from './figures.js';
import { type LivePlan, watchPlan } from './livePlan.js';
import { paceOf } from './pace.js';
import { PlanFacts } from './planFacts.js';
import { ThresholdChart } from './thresholdChart.js';

function Stand({ plan }: { plan: PlanSummary }) {
  const attention = attentionOf(plan, now.value);
  const isBad = plan.status === 'failed' || plan.status === 'paused' || attention?.level === 'decide';
  const isDone = hasEnded(plan.status);
  const Icon = isBad ? AlertIcon : plan.status === 'completed' ? CheckIcon : ClockIcon;
  const tone =
    plan.status === 'failed'
      ? 'is-alarm'
      : isBad
        ? 'is-warning'
        : plan.status === 'completed'
          ? 'is-good'
          : '';
  const { waitingFor } = plan;
  return (
    <div class={`notice stand ${tone}`} role="status">
      <Icon />
      <p>
        {standText(plan)}
        {!isDone && waitingFor?.until && Date.parse(waitingFor.until) > now.value && (
          <>
            , {waitingFor.reason === 'outcome' && 'the next at the latest '}
            <In at={waitingFor.until} />
          </>
        )}
        {!isDone && waitingFor?.since && plan.status !== 'pending' && (
          <>
            {' '}
            · <Ago at={waitingFor.since} />
          </>
        )}
        {attention?.level === 'watch' && <b> · {attention.why}</b>}
      </p>
    </div>
  );
}

/** The batch's part of the picture follows the plan until somebody chooses another. */
function Picture({ live, plan }: { live: LivePlan; plan: PlanSummary }) {
  const [chosen, choose] = useState<number | null>(null);
  const selected = chosen ?? plan.currentBatch;
  const batch = plan.batches[selected] ?? batchOf(plan);
  const decisions = live.decisions.value;
  const observedSince = useMemo(
    () =>
      new Map(
        decisions
          .filter(({ type, batchIndex }) => type === 'batch.observing' && batchIndex !== null)
          .map(({ batchIndex, at }) => [batchIndex ?? 0, Date.parse(at)]),
      ),
    [decisions],
  );
  const pace = paceOf(plan, live.samples.value, observedSince, now.value);
  const failures = live.failures.value;
  return (
    <>
      <Figures plan={plan} pace={pace} />
      <BatchBand plan={plan} pace={pace} selected={selected} onSelect={choose} />
      <div class="columns">
        <div>
          <AgentGrid plan={plan} selected={selected} onSelect={choose} />
          {batch !== undefined && (
            <BatchAgents planId={plan.id} batch={batch} batchCount={plan.batches.length} onSelect={choose} />
          )}
        </div>
        <div>
          <section class="card failures-card" aria-labelledby="failures-title">
            <header>
              <h2 id="failures-title">Failures</h2>
            </header>
            {batch !== undefined && <ThresholdChart batch={batch} failures={failures} />}
            <FailureCauses failures={failures} total={plan.counts.failed} />
          </section>
          <EventLog decisions={decisions} feed={live.feed.value} />
          <PlanFacts plan={plan} />
        </div>
      </div>
    </>
  );
}

export function PlanPage({ planId }: { planId: string }) {
  const live = useMemo(() => watchPlan(planId), [planId]);
  useEffect(() => live.stop, [live]);
  const plan = live.plan.value;

  useEffect(() => {
    if (plan !== null) document.title = `${plan.name} · Gradus`;
  }, [plan?.name]);

  if (live.isGone.value) {
    return (
      <div class="empty">
        <h1 tabIndex={-1}>There is no such plan</h1>
        <p>It may have been deleted, or its time to be kept is over.</p>
        <p>
          <a href="/">To the plans</a>
        </p>
      </div>
    );
  }
  if (plan === null) {
    return live.fault.value === null ? (
      <Loading what="the plan" />
    ) : (
      <Fault error={live.fault.value} retry={live.refresh} />
    );
  }
  return (
    <>
      <div class="page-head">
        <div class="plan-title">
          <p class="faint">
            <a href="/">Plans</a> / <span class="mono">{plan.id.slice(0, 13)}</span>
          </p>
          <h1 tabIndex={-1}>
            {plan.name} <StatusBadge status={plan.status} />
          </h1>
          <p class="faint">{upgradeText(plan)}</p>
        </div>
        <CommandBar plan={plan} onDone={live.show} onRefused={live.refresh} />
      </div>
      <Stand plan={plan} />
      <Picture live={live} plan={plan} />
    </>
  );
}
