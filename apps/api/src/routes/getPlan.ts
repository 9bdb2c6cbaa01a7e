// GetGraduatedPlan: the whole plan, or its summary.
import { createRoute, z } from '@hono/zod-openapi';
import { scoped } from '../auth.js';
import { isKnown, taggedWith } from '../entityTag.js';
import type { ApiApp, ApiDeps } from '../env.js';
import { PLAN_ANSWERS } from '../examples/plans.js';
import { noSuchPlan, planIdOf } from '../planId.js';
import { streamPlan } from '../planStream.js';
import { withHeaders } from '../schemas/answerHeaders.js';
import { json } from '../schemas/content.js';
import { plan, planSummary } from '../schemas/plan.js';
import { problems } from '../schemas/problem.js';
import { answerSummary, keepSummaries } from '../summaries.js';
import { BASE, planParams } from './base.js';

const route = createRoute({
  ...scoped('plans:read'),
  operationId: 'GetGraduatedPlan',
  summary: 'Read an upgrade plan',
  description:
    'It may be large. `view=summary` leaves out the agents and tasks of its batches; with `If-None-Match` it is answered ' +
    '304 for as long as nothing has changed.',
  tags: ['Plans'],
  method: 'get',
  path: `${BASE}/upgrade-plans/{id}`,
  request: {
    params: planParams,
    query: z.strictObject({
      view: z.literal('summary').optional().openapi({ description: "Without the batches' agents and tasks" }),
    }),
  },
  // Any text will do. To have it validated would have all headers of a request made into an object.
  parameters: [
    {
      name: 'if-none-match',
      in: 'header',
      required: false,
      schema: { type: 'string' },
      description: 'An `ETag` that was answered before, or several, or `*`',
    },
  ],
  responses: {
    200: {
      description: 'The plan; consistent batch by batch',
      ...withHeaders('ETag'),
      content: json(z.union([plan, planSummary]), PLAN_ANSWERS),
    },
    304: { description: 'The plan is as the client knows it', ...withHeaders('ETag') },
    ...problems('not-found', 'newer-version'),
  },
});

export function getPlan(app: ApiApp, { store, logger }: ApiDeps): void {
  const summaryOf = keepSummaries(store);
  app.openapi(route, async (c) => {
    const planId = planIdOf(c, c.req.valid('param').id);
    const isSummary = c.req.valid('query').view === 'summary';
    const known = c.req.header('If-None-Match');
    if (isSummary) {
      const etag = await store.plans.readTag(planId);
      if (etag === null) throw noSuchPlan(planId);
      if (isKnown(known, etag)) return c.body(null, 304, taggedWith(etag));
      const shown = await summaryOf(planId, etag);
      if (shown === null) throw noSuchPlan(planId);
      return answerSummary(shown);
    }
    const opened = await store.plans.open(planId);
    if (opened === null) throw noSuchPlan(planId);
    if (isKnown(known, opened.etag)) return c.body(null, 304, taggedWith(opened.etag));
    return streamPlan(store, opened, logger, { requestId: c.get('requestId') });
  });
}
