// DeleteGraduatedPlan: removes a plan that has ended.
import { createRoute } from '@hono/zod-openapi';
import { scoped } from '../auth.js';
import { enqueue } from '../enqueue.js';
import type { ApiApp, ApiDeps } from '../env.js';
import { Problem } from '../errors.js';
import { staleRevision } from '../planCommand.js';
import { noSuchPlan, planIdOf } from '../planId.js';
import { noQuery } from '../schemas/fields.js';
import { commandHeaders } from '../schemas/headers.js';
import { problems } from '../schemas/problem.js';
import { BASE, planParams } from './base.js';

const route = createRoute({
  ...scoped('plans:write'),
  operationId: 'DeleteGraduatedPlan',
  summary: 'Remove a plan that has ended',
  description: 'With all that is kept of it. One that has not ended is refused: cancel it first.',
  tags: ['Plans'],
  method: 'delete',
  path: `${BASE}/upgrade-plans/{id}`,
  request: { params: planParams, query: noQuery, headers: commandHeaders },
  responses: {
    204: { description: 'The plan is gone' },
    ...problems('not-found', 'illegal-transition', 'stale-revision', 'newer-version'),
  },
});

export function deletePlan(app: ApiApp, { store, queues }: ApiDeps): void {
  app.openapi(route, async (c) => {
    const planId = planIdOf(c, c.req.valid('param').id);
    // What ended a moment ago has events that no worker has handed over yet, and they are about to go with it.
    const events = await store.plans.unannouncedOfEnded(planId);
    if (events.length > 0) await enqueue(() => queues.announceEvents(planId, events));
    const result = await store.plans.remove(planId, c.req.valid('header')['if-match']);
    if (result.outcome === 'not-found') throw noSuchPlan(planId);
    if (result.outcome === 'stale') throw staleRevision(result);
    if (result.outcome === 'illegal') {
      const detail = `A plan that is ${result.status} cannot be deleted: only one that has ended can. Cancel it first.`;
      throw new Problem('illegal-transition', detail, { currentStatus: result.status });
    }
    return c.body(null, 204);
  });
}
