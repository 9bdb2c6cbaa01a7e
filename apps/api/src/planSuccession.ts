// RetryGraduatedPlan and RollbackGraduatedPlan: a new plan that follows from an ended one.
import type { Plan, PlanSummary } from '@gradus/domain';
import type { Succession, SuccessionResult } from '@gradus/store';
import { createRoute } from '@hono/zod-openapi';
import { scoped } from './auth.js';
import type { ApiApp, ApiDeps } from './env.js';
import { Problem } from './errors.js';
import { answerNewPlan, planRefused } from './newPlan.js';
import { staleRevision } from './planCommand.js';
import { noSuchPlan, planIdOf } from './planId.js';
import { BASE, planParams } from './routes/base.js';
import { type Examples, json } from './schemas/content.js';
import { noQuery } from './schemas/fields.js';
import { NEW_PLAN_HEADERS, successionHeaders } from './schemas/headers.js';
import { newPlanAnswer } from './schemas/plan.js';
import { problems } from './schemas/problem.js';

interface SuccessionOperation {
  operationId: string;
  summary: string;
  description: string;
  answers: Examples<Plan | PlanSummary>;
  /** The last part of the path, and the word for it. */
  verb: 'retry' | 'rollback';
  /** Why there is no plan to be made. */
  nothingToDo: string;
  make: (deps: ApiDeps, succession: Succession) => Promise<SuccessionResult>;
}

export function succession({
  operationId,
  summary,
  description,
  answers,
  verb,
  nothingToDo,
  make,
}: SuccessionOperation) {
  const route = createRoute({
    ...scoped('plans:write'),
    operationId,
    summary,
    description,
    tags: ['Plans'],
    method: 'post',
    path: `${BASE}/upgrade-plans/{id}/${verb}`,
    request: { params: planParams, query: noQuery, headers: successionHeaders },
    responses: {
      200: {
        description: 'The whole new plan',
        ...NEW_PLAN_HEADERS,
        content: json(newPlanAnswer, answers),
      },
      ...problems(
        'not-found',
        'illegal-transition',
        'stale-revision',
        'agents-busy',
        'unknown-agents',
        'version-mismatch',
        'unknown-release',
        'idempotency-key-reused',
        'idempotency-in-progress',
        'newer-version',
      ),
    },
  });
  return (app: ApiApp, deps: ApiDeps): void => {
    app.openapi(route, async (c) => {
      const sourcePlanId = planIdOf(c, c.req.valid('param').id);
      const headers = c.req.valid('header');
      const given = { sourcePlanId, actor: c.get('caller').subject, ifRevision: headers['if-match'] };
      return answerNewPlan(c, deps, {
        headers,
        route: `${verb} ${sourcePlanId}`,
        body: async () => '',
        make: async (id, leaseUntil) => {
          const result = await make(deps, { ...given, id, leaseUntil });
          if (result.outcome !== 'created') throw await successionRefused(deps, sourcePlanId, result);
        },
        start: { startAt: null },
      });
    });
  };

  async function successionRefused(
    { store }: ApiDeps,
    sourcePlanId: string,
    result: Exclude<SuccessionResult, { outcome: 'created' }>,
  ): Promise<Problem> {
    switch (result.outcome) {
      case 'not-found':
        return noSuchPlan(sourcePlanId);
      case 'stale':
        return staleRevision(result);
      case 'illegal': {
        const detail = `A plan that is ${result.status} does not take ${verb}: only one that has ended does.`;
        return new Problem('illegal-transition', detail, { currentStatus: result.status });
      }
      case 'nothing-to-do': {
        const ended = await store.plans.readSummary(sourcePlanId);
        if (ended === null) return noSuchPlan(sourcePlanId);
        return new Problem('illegal-transition', nothingToDo, { currentStatus: ended.plan.status });
      }
      default:
        return planRefused(result);
    }
  }
}
