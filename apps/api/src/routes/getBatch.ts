// GetPlanBatch: one batch with its agents and tasks.
import { createRoute } from '@hono/zod-openapi';
import { scoped } from '../auth.js';
import type { ApiApp, ApiDeps } from '../env.js';
import { batchIndexOf, noSuchBatch, noSuchPlan, planIdOf } from '../planId.js';
import { streamBatch } from '../planStream.js';
import { batch } from '../schemas/batch.js';
import { noQuery } from '../schemas/fields.js';
import { problems } from '../schemas/problem.js';
import { BASE, batchParams } from './base.js';

const route = createRoute({
  ...scoped('plans:read'),
  operationId: 'GetPlanBatch',
  summary: 'Read a batch of a plan',
  tags: ['Plans'],
  method: 'get',
  path: `${BASE}/upgrade-plans/{id}/batches/{batchIndex}`,
  request: { params: batchParams, query: noQuery },
  responses: {
    200: { description: 'The batch', content: { 'application/json': { schema: batch } } },
    ...problems('not-found'),
  },
});

export function getBatch(app: ApiApp, { store }: ApiDeps): void {
  app.openapi(route, async (c) => {
    const params = c.req.valid('param');
    const planId = planIdOf(c, params.id);
    const batchIndex = batchIndexOf(c, params.batchIndex);
    const read = await store.plans.readBatch(planId, batchIndex);
    if (read !== null) return streamBatch(read);
    throw (await store.plans.open(planId)) === null ? noSuchPlan(planId) : noSuchBatch(batchIndex);
  });
}
