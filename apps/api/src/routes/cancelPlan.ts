// CancelGraduatedPlan: ends the plan; what is unfinished is cancelled.
import { createRoute } from '@hono/zod-openapi';
import { scoped } from '../auth.js';
import { tryEnqueue } from '../enqueue.js';
import type { ApiApp, ApiDeps } from '../env.js';
import { CANCEL_ANSWERS, REASONS } from '../examples/commands.js';
import { answerCommand } from '../planCommand.js';
import { planIdOf } from '../planId.js';
import { json } from '../schemas/content.js';
import { noQuery } from '../schemas/fields.js';
import { commandHeaders } from '../schemas/headers.js';
import { planSummary } from '../schemas/plan.js';
import { BODY_PROBLEMS, problems } from '../schemas/problem.js';
import { reasonBody } from '../schemas/reason.js';
import { BASE, planParams } from './base.js';

const route = createRoute({
  ...scoped('plans:write'),
  operationId: 'CancelGraduatedPlan',
  summary: 'Cancel a plan',
  description:
    'Everything unfinished is cancelled, and LCAs that have tasks of it are told to drop them. What is upgraded stays ' +
    'so: RollbackGraduatedPlan takes it back.',
  tags: ['Plans'],
  method: 'post',
  path: `${BASE}/upgrade-plans/{id}/cancel`,
  request: {
    params: planParams,
    query: noQuery,
    headers: commandHeaders,
    body: { content: json(reasonBody, REASONS) },
  },
  responses: {
    200: { description: 'The summary', content: json(planSummary, CANCEL_ANSWERS) },
    ...problems(...BODY_PROBLEMS, 'not-found', 'illegal-transition', 'stale-revision', 'newer-version'),
  },
});

export function cancelPlan(app: ApiApp, deps: ApiDeps): void {
  const { store, queues, logger } = deps;
  app.openapi(route, async (c) => {
    const planId = planIdOf(c, c.req.valid('param').id);
    const ifRevision = c.req.valid('header')['if-match'];
    const { reason = null } = c.req.valid('json');
    const result = await store.plans.cancel({ planId, actor: c.get('caller').subject, ifRevision, reason });
    const summary = await answerCommand(deps, planId, 'cancel', result, ({ currentBatch }) =>
      tryEnqueue(logger, planId, () => queues.driveBatch(planId, currentBatch)),
    );
    return c.json(summary, 200);
  });
}
