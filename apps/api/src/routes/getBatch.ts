// GetPlanBatch: one batch with its agents and tasks.
import { createRoute } from '@hono/zod-openapi';
import { scoped } from '../auth.js';
import type { ApiApp, ApiDeps } from '../env.js';
import { EXAMPLE_BATCHES } from '../examples/batches.js';
import { batchIndexOf, noSuchBatch, noSuchPlan, planIdOf } from '../planId.js';
import { streamBatch } from '../planStream.js';
import { batch } from '../schemas/batch.js';
import { json } from '../schemas/content.js';
import { noQuery } from '../schemas/fields.js';
import { problems } from '../schemas/problem.js';
import { BASE, batchParams } from './base.js';

const EXAMPLES = { batch: { summary: 'One of its agents has failed', value: EXAMPLE_BATCHES.running } };

const route = createRoute({
  ...scoped('plans:read'),
  operationId: 'GetPlanBatch',
  summary: 'Read a batch of a plan',
  description: 'With its agents and all of their tasks.',
  tags: ['Plans'],
  method: 'get',
  path: `${BASE}/upgrade-plans/{id}/batches/{batchIndex}`,
  request: { params: batchParams, query: noQuery },
  responses: {
    200: { description: 'The batch', content: json(batch, EXAMPLES) },
    ...problems('not-found', 'newer-version'),
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
