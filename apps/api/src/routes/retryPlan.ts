// RetryGraduatedPlan: the agents that failed, in a new plan.
import { RETRY_ANSWERS } from '../examples/plans.js';
import { succession } from '../planSuccession.js';

export const retryPlan = succession({
  operationId: 'RetryGraduatedPlan',
  summary: 'Make a new plan of the agents that failed in an ended one',
  description:
    'They are cut into batches as the plan was. `sourcePlanUuid` of the new plan names the ended one. With an ' +
    '`Idempotency-Key` the request can be repeated where its answer got lost.',
  answers: RETRY_ANSWERS,
  verb: 'retry',
  nothingToDo: 'No agent of the plan failed: there is nothing to retry.',
  make: ({ store }, given) => store.plans.retry(given),
});
