// DeleteAgent: takes an agent out of the inventory, unless a plan holds it.
import { createRoute } from '@hono/zod-openapi';
import { agentBusy, noSuchAgent } from '../agentProblems.js';
import { scoped } from '../auth.js';
import { assertAgentOfCaller } from '../boundCaller.js';
import type { ApiApp, ApiDeps } from '../env.js';
import { noQuery } from '../schemas/fields.js';
import { problems } from '../schemas/problem.js';
import { agentParams, BASE } from './base.js';

const route = createRoute({
  ...scoped('agents:write'),
  operationId: 'DeleteAgent',
  summary: 'Remove an agent',
  description: 'One that is in a plan which has not ended is refused.',
  tags: ['Inventory'],
  method: 'delete',
  path: `${BASE}/agents/{agentId}`,
  request: { params: agentParams, query: noQuery },
  responses: {
    204: { description: 'The agent is gone' },
    ...problems('not-found', 'agents-busy', 'newer-version'),
  },
});

export function deleteAgent(app: ApiApp, { store }: ApiDeps): void {
  app.openapi(route, async (c) => {
    const { agentId } = c.req.valid('param');
    c.get('about').agentId = agentId;
    await assertAgentOfCaller(store.inventory, c.get('caller'), agentId);
    const result = await store.inventory.remove(agentId);
    if (result.outcome === 'busy') throw agentBusy(agentId, result.planId);
    if (result.outcome === 'not-found') throw noSuchAgent(agentId);
    return c.body(null, 204);
  });
}
