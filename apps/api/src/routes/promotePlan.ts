// PromoteGraduatedPlan: ends the window and the gate of the batch that is observed.
import { createRoute, z } from '@hono/zod-openapi';
import { scoped } from '../auth.js';
import { tryEnqueue } from '../enqueue.js';
import type { ApiApp, ApiDeps } from '../env.js';
import { PROMOTE_ANSWERS, PROMOTES } from '../examples/commands.js';
import { answerCommand } from '../planCommand.js';
import { planIdOf } from '../planId.js';
import { json } from '../schemas/content.js';
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
  .openapi('Promote', { description: 'Which batch is promoted' });

const route = createRoute({
  ...scoped('plans:write'),
  operationId: 'PromoteGraduatedPlan',
  summary: 'Promote the batch that is observed',
  description:
    'Its observe window and its manual gate are over, both together. Refused while the batch still runs; an index ' +
    'whose batch is closed changes nothing.',
  tags: ['Plans'],
  method: 'post',
  path: `${BASE}/upgrade-plans/{id}/promote`,
  request: {
    params: planParams,
    query: noQuery,
    headers: commandHeaders,
    body: { content: json(promoteBody, PROMOTES) },
  },
  responses: {
    200: { description: 'The summary', content: json(planSummary, PROMOTE_ANSWERS) },
    ...problems(...BODY_PROBLEMS, 'not-found', 'illegal-transition', 'stale-revision', 'newer-version'),
  },
});

export function promotePlan(app: ApiApp, deps: ApiDeps): void {
  const { store, queues, logger } = deps;
  app.openapi(route, async (c) => {
    const planId = planIdOf(c, c.req.valid('param').id);
    const ifRevision = c.req.valid('header')['if-match'];
    const { batchIndex } = c.req.valid('json');
    const result = await store.plans.promote({
      planId,
      actor: c.get('caller').subject,
      ifRevision,
      batchIndex,
    });
    const summary = await answerCommand(deps, planId, 'promote', result, ({ currentBatch }) =>
      tryEnqueue(logger, planId, () => queues.driveBatch(planId, currentBatch)),
    );
    return c.json(summary, 200);
  });
}
