// StartGraduatedPlan: starts a plan that waits for it.
import { createRoute, z } from '@hono/zod-openapi';
import { scoped } from '../auth.js';
import { tryEnqueue } from '../enqueue.js';
import type { ApiApp, ApiDeps } from '../env.js';
import { NOTHING, START_ANSWERS } from '../examples/commands.js';
import { answerCommand } from '../planCommand.js';
import { planIdOf } from '../planId.js';
import { json } from '../schemas/content.js';
import { noQuery } from '../schemas/fields.js';
import { commandHeaders } from '../schemas/headers.js';
import { planSummary } from '../schemas/plan.js';
import { BODY_PROBLEMS, problems } from '../schemas/problem.js';
import { BASE, planParams } from './base.js';

const route = createRoute({
  ...scoped('plans:write'),
  operationId: 'StartGraduatedPlan',
  summary: 'Start a plan',
  description: 'For one that was made with `autoStart: false`, or whose `startAt` is still to come.',
  tags: ['Plans'],
  method: 'post',
  path: `${BASE}/upgrade-plans/{id}/start`,
  request: {
    params: planParams,
    query: noQuery,
    headers: commandHeaders,
    body: { content: json(z.strictObject({}), NOTHING) },
  },
  responses: {
    200: { description: 'The summary', content: json(planSummary, START_ANSWERS) },
    ...problems(...BODY_PROBLEMS, 'not-found', 'illegal-transition', 'stale-revision', 'newer-version'),
  },
});

export function startPlan(app: ApiApp, deps: ApiDeps): void {
  const { store, queues, logger } = deps;
  app.openapi(route, async (c) => {
    const planId = planIdOf(c, c.req.valid('param').id);
    const ifRevision = c.req.valid('header')['if-match'];
    const result = await store.plans.start({ planId, actor: c.get('caller').subject, ifRevision });
    const summary = await answerCommand(deps, planId, 'start', result, () =>
      tryEnqueue(logger, planId, () => queues.startPlan(planId, 0)),
    );
    return c.json(summary, 200);
  });
}
