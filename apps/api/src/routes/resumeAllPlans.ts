// ResumeAllPlans: resume what the emergency stop paused.
import { createRoute } from '@hono/zod-openapi';
import { scoped } from '../auth.js';
import { tryEnqueue } from '../enqueue.js';
import type { ApiApp, ApiDeps } from '../env.js';
import { PLAN_COUNTS } from '../examples/commands.js';
import { json } from '../schemas/content.js';
import { noQuery } from '../schemas/fields.js';
import { planCount } from '../schemas/planCount.js';
import { problems } from '../schemas/problem.js';
import { BASE } from './base.js';

const route = createRoute({
  ...scoped('plans:write'),
  operationId: 'ResumeAllPlans',
  summary: 'Resume what the emergency stop paused',
  description: 'The plans that PauseAllPlans paused, and no others.',
  tags: ['Plans'],
  method: 'post',
  path: `${BASE}/upgrade-plans:resume-all`,
  request: { query: noQuery },
  responses: {
    200: { description: 'How many plans', content: json(planCount, PLAN_COUNTS) },
    ...problems('newer-version'),
  },
});

export function resumeAllPlans(app: ApiApp, { store, queues, logger }: ApiDeps): void {
  app.openapi(route, async (c) => {
    const resumed = await store.plans.resumeAll(c.get('caller').subject);
    for (const { planId, currentBatch } of resumed) {
      await tryEnqueue(logger, planId, () => queues.driveBatch(planId, currentBatch));
    }
    return c.json({ plans: resumed.length }, 200);
  });
}
