// ListAgents: the inventory, page by page.
import { createRoute, z } from '@hono/zod-openapi';
import { scoped } from '../auth.js';
import { lcaOfCaller } from '../boundCaller.js';
import type { ApiApp, ApiDeps } from '../env.js';
import { agent } from '../schemas/agent.js';
import { identifier, pageQuery, text } from '../schemas/fields.js';
import { pageOf } from '../schemas/page.js';
import { problems } from '../schemas/problem.js';
import { BASE } from './base.js';

const route = createRoute({
  ...scoped('agents:read'),
  operationId: 'ListAgents',
  summary: 'List the agents',
  tags: ['Inventory'],
  method: 'get',
  path: `${BASE}/agents`,
  request: {
    query: z.strictObject({
      lcaUuid: identifier.optional(),
      version: text(64).optional(),
      ...pageQuery,
    }),
  },
  responses: {
    200: {
      description: 'One page of agents',
      content: { 'application/json': { schema: pageOf(agent) } },
    },
    ...problems(),
  },
});

export function listAgents(app: ApiApp, { store }: ApiDeps): void {
  app.openapi(route, async (c) => {
    const query = c.req.valid('query');
    const lcaUuid = lcaOfCaller(c.var.caller, query.lcaUuid);
    return c.json(await store.inventory.list({ ...query, lcaUuid }), 200);
  });
}
