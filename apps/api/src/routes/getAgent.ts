// GetAgent: one agent of the inventory.
import { createRoute } from '@hono/zod-openapi';
import { noSuchAgent } from '../agentProblems.js';
import { scoped } from '../auth.js';
import { assertAgentOfCaller } from '../boundCaller.js';
import type { ApiApp, ApiDeps } from '../env.js';
import { AGENTS } from '../examples/agents.js';
import { agent } from '../schemas/agent.js';
import { json } from '../schemas/content.js';
import { noQuery } from '../schemas/fields.js';
import { problems } from '../schemas/problem.js';
import { agentParams, BASE } from './base.js';

const route = createRoute({
  ...scoped('agents:read'),
  operationId: 'GetAgent',
  summary: 'Read an agent',
  description: 'With what its instances were last reported to run.',
  tags: ['Inventory'],
  method: 'get',
  path: `${BASE}/agents/{agentId}`,
  request: { params: agentParams, query: noQuery },
  responses: {
    200: { description: 'The agent', content: json(agent, AGENTS) },
    ...problems('not-found'),
  },
});

export function getAgent(app: ApiApp, { store }: ApiDeps): void {
  app.openapi(route, async (c) => {
    const { agentId } = c.req.valid('param');
    c.get('about').agentId = agentId;
    await assertAgentOfCaller(store.inventory, c.get('caller'), agentId);
    const found = await store.inventory.get(agentId);
    if (found === null) throw noSuchAgent(agentId);
    return c.json(found, 200);
  });
}
