// RetryGraduatedPlan and RollbackGraduatedPlan: a new plan that follows from an ended one.
import { randomUUID } from 'node:crypto';
import type { Succession, SuccessionResult } from '@gradus/store';
import { createRoute } from '@hono/zod-openapi';
import { scoped } from './auth.js';
import type { ApiApp, ApiDeps } from './env.js';
import { Problem } from './errors.js';
import { answerNewPlan, planRefused } from './newPlan.js';
import { noSuchPlan, planIdOf } from './planId.js';
import { BASE, planParams } from './routes/base.js';
import { noQuery } from './schemas/fields.js';
import { plan } from './schemas/plan.js';
import { problems } from './schemas/problem.js';

interface SuccessionOperation {
  operationId: string;
  summary: string;
  /** The last part of the path, and the word for it. */
  verb: 'retry' | 'rollback';
  /** Why there is no plan to be made. */
  nothingToDo: string;
  make: (deps: ApiDeps, succession: Succession) => Promise<SuccessionResult>;
}

export function succession({ operationId, summary, verb, nothingToDo, make }: SuccessionOperation) {
  const route = createRoute({
    ...scoped('plans:write'),
    operationId,
    summary,
    tags: ['Plans'],
    method: 'post',
    path: `${BASE}/upgrade-plans/{id}/${verb}`,
    request: { params: planParams, query: noQuery },
    responses: {
      200: { description: 'The whole new plan', content: { 'application/json': { schema: plan } } },
      ...problems('not-found', 'illegal-transition', 'agents-busy', 'unknown-agents', 'version-mismatch'),
    },
  });
  return (app: ApiApp, deps: ApiDeps): void => {
    app.openapi(route, async (c) => {
      const sourcePlanId = planIdOf(c, c.req.valid('param').id);
      const id = `plan-${randomUUID()}`;
      const result = await make(deps, { id, sourcePlanId, actor: c.var.key.name });
      switch (result.outcome) {
        case 'created':
          return answerNewPlan(c, deps, id, { startAt: null });
        case 'not-found':
          throw noSuchPlan(sourcePlanId);
        case 'illegal': {
          const detail = `A plan that is ${result.status} does not take ${verb}: only one that has ended does.`;
          throw new Problem('illegal-transition', detail, { currentStatus: result.status });
        }
        case 'nothing-to-do': {
          const ended = await deps.store.plans.readSummary(sourcePlanId);
          if (ended === null) throw noSuchPlan(sourcePlanId);
          throw new Problem('illegal-transition', nothingToDo, { currentStatus: ended.plan.status });
        }
        default:
          throw planRefused(result);
      }
    });
  };
}
