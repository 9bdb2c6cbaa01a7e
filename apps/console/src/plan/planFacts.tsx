// How the plan was made.
import type { PlanSummary } from '@gradus/domain';
import { planPath } from '../router.js';
import { Instant } from '../ui/instant.js';
import { number } from '../words/numbers.js';

export function PlanFacts({ plan }: { plan: PlanSummary }) {
  const source = plan.sourcePlanUuid === null ? null : `plan-${plan.sourcePlanUuid}`;
  return (
    <section class="card" aria-labelledby="facts-title">
      <header>
        <h2 id="facts-title">How it was made</h2>
      </header>
      <dl class="facts">
        <dt>Id</dt>
        <dd class="mono">{plan.id}</dd>
        <dt>Made</dt>
        <dd>
          <Instant at={plan.createdAt} /> by {plan.createdBy}
        </dd>
        <dt>Threshold</dt>
        <dd>
          {Number((plan.failureThreshold * 100).toFixed(4))}% of a batch, then{' '}
          {plan.onThreshold === 'rollback' ? 'it rolls back' : 'it pauses'}
        </dd>
        <dt>At once</dt>
        <dd>{number(plan.concurrency)}</dd>
        <dt>Watched for</dt>
        <dd>{plan.observeDuration}</dd>
        <dt>Gate</dt>
        <dd>{plan.gate === 'manual' ? 'somebody promotes each batch' : 'goes on by itself'}</dd>
        <dt>Time limit</dt>
        <dd>
          {plan.taskTimeout}
          {plan.maxAttempts > 1 && `, ${number(plan.maxAttempts)} attempts`}
        </dd>
        <dt>Revision</dt>
        <dd>{number(plan.revision)}</dd>
        {source !== null && (
          <>
            <dt>Made from</dt>
            <dd>
              <a href={planPath(source)} class="mono">
                {source}
              </a>
            </dd>
          </>
        )}
      </dl>
    </section>
  );
}
