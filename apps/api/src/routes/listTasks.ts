// ListBatchTasks: the tasks of one batch, page by page.
import { createRoute, z } from '@hono/zod-openapi';
import { scoped } from '../auth.js';
import type { ApiApp, ApiDeps } from '../env.js';
import { ENDED_TASKS } from '../examples/tasks.js';
import { batchIndexOf, noSuchBatch, noSuchPlan, planIdOf } from '../planId.js';
import { json } from '../schemas/content.js';
import { pageQuery } from '../schemas/fields.js';
import { pageOf, pagesOf } from '../schemas/page.js';
import { problems } from '../schemas/problem.js';
import { planTask, taskStatus } from '../schemas/task.js';
import { BASE, batchParams } from './base.js';

const route = createRoute({
  ...scoped('plans:read'),
  operationId: 'ListBatchTasks',
  summary: 'List the tasks of a batch',
  description:
    'Page by page: ask again with `nextCursor` as the `cursor` until it is null. No task comes twice.',
  tags: ['Plans'],
  method: 'get',
  path: `${BASE}/upgrade-plans/{id}/batches/{batchIndex}/tasks`,
  request: {
    params: batchParams,
    query: z.strictObject({
      status: taskStatus.optional().openapi({ description: 'Tasks in this status' }),
      ...pageQuery,
    }),
  },
  responses: {
    200: {
      description: 'One page of tasks',
      content: json(pageOf(planTask), pagesOf(ENDED_TASKS)),
    },
    ...problems('not-found', 'newer-version'),
  },
});

export function listTasks(app: ApiApp, { store }: ApiDeps): void {
  app.openapi(route, async (c) => {
    const params = c.req.valid('param');
    const planId = planIdOf(c, params.id);
    const batchIndex = batchIndexOf(c, params.batchIndex);
    const page = await store.plans.listTasks(planId, batchIndex, c.req.valid('query'));
    if (page !== null) return c.json(page, 200);
    throw (await store.plans.open(planId)) === null ? noSuchPlan(planId) : noSuchBatch(batchIndex);
  });
}
