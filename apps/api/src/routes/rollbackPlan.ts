// RollbackGraduatedPlan: every upgraded agent back to what it ran before, in a new plan.
import { ROLLBACK_ANSWERS } from '../examples/plans.js';
import { succession } from '../planSuccession.js';

export const rollbackPlan = succession({
  operationId: 'RollbackGraduatedPlan',
  summary: 'Make a new plan that takes the agents of an ended one back, last batch first',
  description:
    'Every instance that the plan brought to its target and that runs it still goes back to the version and release ' +
    'before. `toVersion` and `toRelease` of the new plan are null where these differ; its `sourcePlanUuid` names the ' +
    'ended one. With an `Idempotency-Key` the request can be repeated where its answer got lost.',
  answers: ROLLBACK_ANSWERS,
  verb: 'rollback',
  nothingToDo: 'No agent of the plan runs its target any more: there is nothing to roll back.',
  make: ({ store }, given) => store.plans.rollBack(given),
});
