// ListAgents: the inventory, page by page.
import { createRoute, z } from '@hono/zod-openapi';
import { scoped } from '../auth.js';
import { lcaOfCaller } from '../boundCaller.js';
import type { ApiApp, ApiDeps } from '../env.js';
import { EXAMPLE_AGENT } from '../examples/agents.js';
import { agent } from '../schemas/agent.js';
import { json } from '../schemas/content.js';
import { identifier, pageQuery, text } from '../schemas/fields.js';
import { pageOf, pagesOf } from '../schemas/page.js';
import { problems } from '../schemas/problem.js';
import { BASE } from './base.js';

const route = createRoute({
  ...scoped('agents:read'),
  operationId: 'ListAgents',
  summary: 'List the agents',
  description:
    'Page by page: ask again with `nextCursor` as the `cursor` until it is null. A token that is bound to an ' +
    "LCA is shown that LCA's agents alone.",
  tags: ['Inventory'],
  method: 'get',
  path: `${BASE}/agents`,
  request: {
    query: z.strictObject({
      lcaUuid: identifier.optional().openapi({ description: 'Agents that this LCA owns' }),
      version: text(64).optional().openapi({ description: 'Agents with an instance that runs this version' }),
      ...pageQuery,
    }),
  },
  responses: {
    200: {
      description: 'One page of agents',
      content: json(pageOf(agent), pagesOf([EXAMPLE_AGENT])),
    },
    ...problems(),
  },
});

export function listAgents(app: ApiApp, { store }: ApiDeps): void {
  app.openapi(route, async (c) => {
    const query = c.req.valid('query');
    const lcaUuid = lcaOfCaller(c.get('caller'), query.lcaUuid);
    return c.json(await store.inventory.list({ ...query, lcaUuid }), 200);
  });
}
