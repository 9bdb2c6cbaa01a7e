// RetryGraduatedPlan: the agents that failed, in a new plan.
import { succession } from '../planSuccession.js';

export const retryPlan = succession({
  operationId: 'RetryGraduatedPlan',
  summary: 'Make a new plan of the agents that failed in an ended one',
  verb: 'retry',
  nothingToDo: 'No agent of the plan failed: there is nothing to retry.',
  make: ({ store }, given) => store.plans.retry(given),
});
