// PauseGraduatedPlan: nothing more is released; what is open goes on.
import { createRoute } from '@hono/zod-openapi';
import { scoped } from '../auth.js';
import type { ApiApp, ApiDeps } from '../env.js';
import { PAUSE_ANSWERS, REASONS } from '../examples/commands.js';
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
  operationId: 'PauseGraduatedPlan',
  summary: 'Pause a plan',
  description: 'Nothing more is released. What an LCA has been given already goes on, and is counted.',
  tags: ['Plans'],
  method: 'post',
  path: `${BASE}/upgrade-plans/{id}/pause`,
  request: {
    params: planParams,
    query: noQuery,
    headers: commandHeaders,
    body: { content: json(reasonBody, REASONS) },
  },
  responses: {
    200: { description: 'The summary', content: json(planSummary, PAUSE_ANSWERS) },
    ...problems(...BODY_PROBLEMS, 'not-found', 'illegal-transition', 'stale-revision', 'newer-version'),
  },
});

export function pausePlan(app: ApiApp, deps: ApiDeps): void {
  app.openapi(route, async (c) => {
    const planId = planIdOf(c, c.req.valid('param').id);
    const ifRevision = c.req.valid('header')['if-match'];
    const { reason = null } = c.req.valid('json');
    const result = await deps.store.plans.pause({
      planId,
      actor: c.get('caller').subject,
      ifRevision,
      reason,
    });
    // A pause leaves the workers nothing to do.
    const summary = await answerCommand(deps, planId, 'pause', result, async () => undefined);
    return c.json(summary, 200);
  });
}
