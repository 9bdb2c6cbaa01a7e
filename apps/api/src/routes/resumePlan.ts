// ResumeGraduatedPlan: goes on with a paused plan.
import { createRoute, z } from '@hono/zod-openapi';
import { scoped } from '../auth.js';
import { tryEnqueue } from '../enqueue.js';
import type { ApiApp, ApiDeps } from '../env.js';
import { answerCommand } from '../planCommand.js';
import { planIdOf } from '../planId.js';
import { integer, noQuery } from '../schemas/fields.js';
import { commandHeaders } from '../schemas/headers.js';
import { planSummary } from '../schemas/plan.js';
import { BODY_PROBLEMS, problems } from '../schemas/problem.js';
import { BASE, planParams } from './base.js';

const resumeBody = z
  .strictObject({
    failureThreshold: z
      .number()
      .refine((value) => value >= 0 && value <= 1, 'must be a number from 0 to 1')
      .optional()
      .openapi({ description: 'For this batch and the later ones', minimum: 0, maximum: 1 }),
    concurrency: integer(1, 1_000_000).optional(),
    retryFailed: z
      .boolean()
      .optional()
      .openapi({ description: 'Has the failed agents of the current batch tried again' }),
  })
  .openapi('Resume');

const route = createRoute({
  ...scoped('plans:write'),
  operationId: 'ResumeGraduatedPlan',
  summary: 'Resume a plan',
  tags: ['Plans'],
  method: 'post',
  path: `${BASE}/upgrade-plans/{id}/resume`,
  request: {
    params: planParams,
    query: noQuery,
    headers: commandHeaders,
    body: { content: { 'application/json': { schema: resumeBody } } },
  },
  responses: {
    200: { description: 'The summary', content: { 'application/json': { schema: planSummary } } },
    ...problems(...BODY_PROBLEMS, 'not-found', 'illegal-transition', 'stale-revision'),
  },
});

export function resumePlan(app: ApiApp, deps: ApiDeps): void {
  const { store, queues, logger } = deps;
  app.openapi(route, async (c) => {
    const planId = planIdOf(c, c.req.valid('param').id);
    const ifRevision = c.req.valid('header')['if-match'];
    const changes = c.req.valid('json');
    const result = await store.plans.resume({
      planId,
      actor: c.var.caller.subject,
      ifRevision,
      ...changes,
    });
    const summary = await answerCommand(deps, planId, 'resume', result, ({ currentBatch }) =>
      tryEnqueue(logger, planId, () => queues.driveBatch(planId, currentBatch)),
    );
    return c.json(summary, 200);
  });
}
