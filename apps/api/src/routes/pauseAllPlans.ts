// PauseAllPlans: emergency stop: pause every running plan.
import { createRoute } from '@hono/zod-openapi';
import { scoped } from '../auth.js';
import type { ApiApp, ApiDeps } from '../env.js';
import { PLAN_COUNTS } from '../examples/commands.js';
import { json } from '../schemas/content.js';
import { noQuery } from '../schemas/fields.js';
import { planCount } from '../schemas/planCount.js';
import { problems } from '../schemas/problem.js';
import { BASE } from './base.js';

const route = createRoute({
  ...scoped('plans:write'),
  operationId: 'PauseAllPlans',
  summary: 'Emergency stop: pause every running plan',
  description: 'Each is paused as PauseGraduatedPlan does it. ResumeAllPlans resumes just these.',
  tags: ['Plans'],
  method: 'post',
  path: `${BASE}/upgrade-plans:pause-all`,
  request: { query: noQuery },
  responses: {
    200: { description: 'How many plans', content: json(planCount, PLAN_COUNTS) },
    ...problems('newer-version'),
  },
});

export function pauseAllPlans(app: ApiApp, { store }: ApiDeps): void {
  app.openapi(route, async (c) => {
    const plans = await store.plans.pauseAll(c.get('caller').subject);
    return c.json({ plans }, 200);
  });
}
