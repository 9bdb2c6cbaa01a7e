// ResumeGraduatedPlan: goes on with a paused plan.
import { createRoute, z } from '@hono/zod-openapi';
import { scoped } from '../auth.js';
import { tryEnqueue } from '../enqueue.js';
import type { ApiApp, ApiDeps } from '../env.js';
import { RESUME_ANSWERS, RESUMES } from '../examples/commands.js';
import { answerCommand } from '../planCommand.js';
import { planIdOf } from '../planId.js';
import { json } from '../schemas/content.js';
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
    concurrency: integer(1, 1_000_000).optional().openapi({
      description: 'From now on; where it is lower, nothing is released until enough have ended',
    }),
    retryFailed: z
      .boolean()
      .optional()
      .openapi({ description: 'Has the failed agents of the current batch tried again' }),
  })
  .openapi('Resume', { description: 'What is to change as the plan goes on' });

const route = createRoute({
  ...scoped('plans:write'),
  operationId: 'ResumeGraduatedPlan',
  summary: 'Resume a plan',
  description:
    'After a pause by the threshold the failures so far are forgiven, or with `retryFailed` the failed agents of the ' +
    'batch are tried again. An observe window that was interrupted begins anew. A plan whose threshold has begun a ' +
    'rollback is not resumed.',
  tags: ['Plans'],
  method: 'post',
  path: `${BASE}/upgrade-plans/{id}/resume`,
  request: {
    params: planParams,
    query: noQuery,
    headers: commandHeaders,
    body: { content: json(resumeBody, RESUMES) },
  },
  responses: {
    200: { description: 'The summary', content: json(planSummary, RESUME_ANSWERS) },
    ...problems(...BODY_PROBLEMS, 'not-found', 'illegal-transition', 'stale-revision', 'newer-version'),
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
      actor: c.get('caller').subject,
      ifRevision,
      ...changes,
    });
    const summary = await answerCommand(deps, planId, 'resume', result, ({ currentBatch }) =>
      tryEnqueue(logger, planId, () => queues.driveBatch(planId, currentBatch)),
    );
    return c.json(summary, 200);
  });
}
