// StartGraduatedPlan: starts a plan that waits for it.
import { createRoute, z } from '@hono/zod-openapi';
import { scoped } from '../auth.js';
import { tryEnqueue } from '../enqueue.js';
import type { ApiApp, ApiDeps } from '../env.js';
import { answerCommand } from '../planCommand.js';
import { planIdOf } from '../planId.js';
import { noQuery } from '../schemas/fields.js';
import { commandHeaders } from '../schemas/headers.js';
import { planSummary } from '../schemas/plan.js';
import { BODY_PROBLEMS, problems } from '../schemas/problem.js';
import { BASE, planParams } from './base.js';

const route = createRoute({
  ...scoped('plans:write'),
  operationId: 'StartGraduatedPlan',
  summary: 'Start a plan',
  tags: ['Plans'],
  method: 'post',
  path: `${BASE}/upgrade-plans/{id}/start`,
  request: {
    params: planParams,
    query: noQuery,
    headers: commandHeaders,
    body: { content: { 'application/json': { schema: z.strictObject({}) } } },
  },
  responses: {
    200: { description: 'The summary', content: { 'application/json': { schema: planSummary } } },
    ...problems(...BODY_PROBLEMS, 'not-found', 'illegal-transition', 'stale-revision'),
  },
});

export function startPlan(app: ApiApp, deps: ApiDeps): void {
  const { store, queues, logger } = deps;
  app.openapi(route, async (c) => {
    const planId = planIdOf(c, c.req.valid('param').id);
    const ifRevision = c.req.valid('header')['if-match'];
    const result = await store.plans.start({ planId, actor: c.var.caller.subject, ifRevision });
    const summary = await answerCommand(deps, planId, 'start', result, () =>
      tryEnqueue(logger, planId, () => queues.startPlan(planId, 0)),
    );
    return c.json(summary, 200);
  });
}
