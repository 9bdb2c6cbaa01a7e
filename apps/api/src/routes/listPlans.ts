// ListGraduatedPlans: the plans' summaries, newest first.
import { createRoute, z } from '@hono/zod-openapi';
import { scoped } from '../auth.js';
import type { ApiApp, ApiDeps } from '../env.js';
import { EXAMPLE_SUMMARY } from '../examples/plans.js';
import { inOrder } from '../planFields.js';
import { withHeaders } from '../schemas/answerHeaders.js';
import { json } from '../schemas/content.js';
import { identifier, pageQuery } from '../schemas/fields.js';
import { pageOf, pagesOf } from '../schemas/page.js';
import { planStatus, planSummary } from '../schemas/plan.js';
import { problems } from '../schemas/problem.js';
import { BASE } from './base.js';

const LEFT_OUT = 'X-Newer-Plans';

const route = createRoute({
  ...scoped('plans:read'),
  operationId: 'ListGraduatedPlans',
  summary: 'List the upgrade plans, newest first',
  description:
    'Page by page: ask again with `nextCursor` as the `cursor` until it is null. No plan comes twice; ' +
    'one that changes its status meanwhile may be missed.',
  tags: ['Plans'],
  method: 'get',
  path: `${BASE}/upgrade-plans`,
  request: {
    query: z.strictObject({
      status: planStatus.optional().openapi({ description: 'Plans in this status' }),
      agentId: identifier
        .optional()
        .openapi({ description: 'Plans that have had this agent, of its newest 1,000' }),
      ...pageQuery,
    }),
  },
  responses: {
    200: {
      description: 'One page of summaries',
      ...withHeaders(LEFT_OUT),
      content: json(pageOf(planSummary), pagesOf([EXAMPLE_SUMMARY])),
    },
    ...problems('newer-version'),
  },
});

export function listPlans(app: ApiApp, { store }: ApiDeps): void {
  app.openapi(route, async (c) => {
    const { items, nextCursor, leftOut } = await store.plans.list(c.req.valid('query'));
    if (leftOut > 0) c.header(LEFT_OUT, leftOut.toString());
    return c.json({ items: items.map(inOrder), nextCursor }, 200);
  });
}
