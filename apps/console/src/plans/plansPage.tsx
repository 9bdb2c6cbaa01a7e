// All plans: what needs somebody first, then the list.
import { hasEnded, type PlanSummary } from '@gradus/domain';
import { useEffect, useMemo } from 'preact/hooks';
import { parameter, planPath, setParameter } from '../router.js';
import { may } from '../session.js';
import { Fault } from '../ui/fault.js';
import { AlertIcon, CheckIcon, PlusIcon } from '../ui/icons.js';
import { now } from '../ui/instant.js';
import { Loading } from '../ui/loading.js';
import { counted, number } from '../words/numbers.js';
import { attentionOf } from './attention.js';
import { EmergencyStop } from './emergencyStop.js';
import { PlanRow } from './planRow.js';
import { watchPlans } from './plansList.js';

const STOP_REASON = 'Emergency stop';

const FILTERS = {
  all: { name: 'All', takes: () => true },
  attention: {
    name: 'Needs you',
    takes: (plan: PlanSummary) => attentionOf(plan, now.peek())?.level === 'decide',
  },
  live: { name: 'Under way', takes: (plan: PlanSummary) => !hasEnded(plan.status) },
  ended: { name: 'Ended', takes: (plan: PlanSummary) => hasEnded(plan.status) },
} as const;

type Filter = keyof typeof FILTERS;

const isFilter = (text: string): text is Filter => Object.hasOwn(FILTERS, text);

/** Whether the plan is meant by what somebody looks for. */
function isAbout(plan: PlanSummary, text: string): boolean {
  const { name, id, fromVersion, toVersion, toRelease, createdBy, status } = plan;
  const said = [name, id, fromVersion, toVersion ?? '', toRelease ?? '', createdBy, status]
    .join(' ')
    .toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => said.includes(word));
}

function Standing({ plans }: { plans: readonly PlanSummary[] }) {
  const needing = plans.flatMap((plan) => {
    const attention = attentionOf(plan, now.value);
    return attention?.level === 'decide' ? [{ plan, why: attention.why }] : [];
  });
  const running = plans.filter(({ status }) => status === 'running').length;
  if (needing.length === 0) {
    return (
      <section class="standing is-good" aria-label="What needs you">
        <CheckIcon />
        <p>
          <strong>Nothing needs you.</strong>{' '}
          {running === 0 ? 'No plan is running.' : `${counted(running, 'plan')} running by itself.`}
        </p>
      </section>
    );
  }
  return (
    <section class="standing is-alarm" aria-label="What needs you">
      <AlertIcon />
      <div>
        <p>
          <strong>
            {counted(needing.length, 'plan')} {needing.length === 1 ? 'needs' : 'need'} you.
          </strong>
        </p>
        <ul>
          {needing.slice(0, 5).map(({ plan, why }) => (
            <li key={plan.id}>
              <a href={planPath(plan.id)}>{plan.name}</a> {why}
            </li>
          ))}
          {needing.length > 5 && <li>and {number(needing.length - 5)} more, below</li>}
        </ul>
      </div>
    </section>
  );
}

function Empty({ isFiltered }: { isFiltered: boolean }) {
  if (isFiltered)
    return <p class="empty">No plan is like that. Clear the search, or choose another filter.</p>;
  return (
    <div class="empty">
      <h2>There are no plans yet</h2>
      <p>
        A plan takes agents from one version to another, batch by batch, and stops by itself where too many
        fail.
      </p>
      {may('plans:write') && (
        <a class="button primary" href="/new">
          <PlusIcon />
          Make the first plan
        </a>
      )}
    </div>
  );
}

export function PlansPage() {
  const list = useMemo(watchPlans, []);
  useEffect(() => list.stop, [list]);
  const plans = list.plans.value;
  const text = parameter('search');
  const named = parameter('show');
  const filter = isFilter(named) ? named : 'all';
  const shown = (plans ?? []).filter((plan) => FILTERS[filter].takes(plan) && isAbout(plan, text));
  const running = (plans ?? []).filter(({ status }) => status === 'running');
  const stopped = (plans ?? []).filter(
    ({ status, pauseReason }) => status === 'paused' && pauseReason?.startsWith(STOP_REASON),
  );
  return (
    <>
      <div class="page-head">
        <h1 tabIndex={-1}>Plans</h1>
        {may('plans:write') && (
          <div class="buttons">
            <EmergencyStop
              running={running.length}
              inFlight={running.reduce((sum, { counts }) => sum + counts.running, 0)}
              stopped={stopped.length}
              onDone={list.refresh}
            />
            <a class="button primary" href="/new">
              <PlusIcon />
              New plan
            </a>
          </div>
        )}
      </div>
      {list.fault.value !== null && <Fault error={list.fault.value} retry={list.refresh} />}
      {plans === null ? (
        list.fault.value === null && <Loading what="the plans" />
      ) : (
        <>
          {plans.length > 0 && <Standing plans={plans} />}
          {plans.length > 0 && (
            <div class="filters">
              <fieldset class="tabs">
                <legend class="hidden">Which plans</legend>
                {Object.entries(FILTERS).map(([key, { name, takes }]) => (
                  <label key={key}>
                    <input
                      type="radio"
                      name="show"
                      checked={key === filter}
                      onChange={() => setParameter('show', key === 'all' ? '' : key)}
                    />
                    <span>
                      {name} <small>{number(plans.filter(takes).length)}</small>
                    </span>
                  </label>
                ))}
              </fieldset>
              <input
                type="search"
                aria-label="Search the plans"
                placeholder="Search by name, version, person or id"
                value={text}
                onInput={(event) => setParameter('search', event.currentTarget.value)}
              />
            </div>
          )}
          {shown.length === 0 ? (
            <Empty isFiltered={plans.length > 0} />
          ) : (
            <ul class="plan-list" aria-label="Plans">
              {shown.map((plan) => (
                <PlanRow key={plan.id} plan={plan} onChange={list.refresh} />
              ))}
            </ul>
          )}
          {list.hasMore.value && (
            <button type="button" onClick={list.showMore}>
              Show older plans
            </button>
          )}
        </>
      )}
    </>
  );
}
