// PromoteGraduatedPlan: ends the window and the gate of the batch that is observed.
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

const promoteBody = z
  .strictObject({
    batchIndex: integer(0, 1_000_000)
      .optional()
      .openapi({ description: 'By default the current batch; one that is closed changes nothing' }),
  })
  .openapi('Promote');

const route = createRoute({
  ...scoped('plans:write'),
  operationId: 'PromoteGraduatedPlan',
  summary: 'Promote the batch that is observed',
  tags: ['Plans'],
  method: 'post',
  path: `${BASE}/upgrade-plans/{id}/promote`,
  request: {
    params: planParams,
    query: noQuery,
    headers: commandHeaders,
    body: { content: { 'application/json': { schema: promoteBody } } },
  },
  responses: {
    200: { description: 'The summary', content: { 'application/json': { schema: planSummary } } },
    ...problems(...BODY_PROBLEMS, 'not-found', 'illegal-transition', 'stale-revision'),
  },
});

export function promotePlan(app: ApiApp, deps: ApiDeps): void {
  const { store, queues, logger } = deps;
  app.openapi(route, async (c) => {
    const planId = planIdOf(c, c.req.valid('param').id);
    const ifRevision = c.req.valid('header')['if-match'];
    const { batchIndex } = c.req.valid('json');
    const result = await store.plans.promote({ planId, actor: c.var.caller.subject, ifRevision, batchIndex });
    const summary = await answerCommand(deps, planId, 'promote', result, ({ currentBatch }) =>
      tryEnqueue(logger, planId, () => queues.driveBatch(planId, currentBatch)),
    );
    return c.json(summary, 200);
  });
}
