// RollbackGraduatedPlan: every upgraded agent back to what it ran before, in a new plan.
import { succession } from '../planSuccession.js';

export const rollbackPlan = succession({
  operationId: 'RollbackGraduatedPlan',
  summary: 'Make a new plan that takes the agents of an ended one back, last batch first',
  verb: 'rollback',
  nothingToDo: 'No agent of the plan runs its target any more: there is nothing to roll back.',
  make: ({ store }, given) => store.plans.rollBack(given),
});
