// ListAgentVersions: how many component instances of the whole fleet run which version.
import { createRoute } from '@hono/zod-openapi';
import { scoped } from '../auth.js';
import { lcaOfCaller } from '../boundCaller.js';
import type { ApiApp, ApiDeps } from '../env.js';
import { Problem } from '../errors.js';
import { VERSIONS } from '../examples/agents.js';
import { MOST_VERSIONS, versionCounts } from '../schemas/agent.js';
import { json } from '../schemas/content.js';
import { noQuery } from '../schemas/fields.js';
import { problems } from '../schemas/problem.js';
import { BASE } from './base.js';

const route = createRoute({
  ...scoped('agents:read'),
  operationId: 'ListAgentVersions',
  summary: 'Count what the fleet runs',
  description:
    'How many component instances run which version and release, the most common first. It costs what there are ' +
    'versions, not agents. A token that is bound to an LCA is refused: this is of all agents.',
  tags: ['Inventory'],
  method: 'get',
  path: `${BASE}/agent-versions`,
  request: { query: noQuery },
  responses: {
    200: { description: 'The counts', content: json(versionCounts, VERSIONS) },
    ...problems(),
  },
});

export function listAgentVersions(app: ApiApp, { store }: ApiDeps): void {
  app.openapi(route, async (c) => {
    if (lcaOfCaller(c.get('caller'), undefined) !== undefined) {
      throw new Problem('forbidden', 'The token speaks for one LCA, and this is of the whole fleet.');
    }
    const { agents, items } = await store.inventory.countVersions();
    const others = items.slice(MOST_VERSIONS).reduce((sum, { instances }) => sum + instances, 0);
    return c.json({ agents, items: items.slice(0, MOST_VERSIONS), others }, 200);
  });
}
