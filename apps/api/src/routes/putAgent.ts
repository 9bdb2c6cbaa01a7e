// PutAgent: states an agent; identifiers that are left out are derived.
import { createRoute } from '@hono/zod-openapi';
import { agentBusy } from '../agentProblems.js';
import { scoped } from '../auth.js';
import { agentOfCaller } from '../boundCaller.js';
import type { ApiApp, ApiDeps } from '../env.js';
import { AGENT_INPUTS, AGENTS } from '../examples/agents.js';
import { agent, agentInput } from '../schemas/agent.js';
import { json } from '../schemas/content.js';
import { identifier, noQuery } from '../schemas/fields.js';
import { BODY_PROBLEMS, problems } from '../schemas/problem.js';
import { agentParams, BASE } from './base.js';

const content = json(agent, AGENTS);

const route = createRoute({
  ...scoped('agents:write'),
  operationId: 'PutAgent',
  summary: 'Register or change an agent',
  description:
    "Identifiers that are left out are derived from the agent's id and the component's name, the same ones every time. Of " +
    'an agent that is in a plan which has not ended the `attributes` alone may change: its versions come from reports.',
  tags: ['Inventory'],
  method: 'put',
  path: `${BASE}/agents/{agentId}`,
  request: {
    params: agentParams.extend({
      agentId: identifier.openapi({ description: 'Which agent', example: 'item1' }),
    }),
    query: noQuery,
    body: { required: true, content: json(agentInput, AGENT_INPUTS) },
  },
  responses: {
    200: { description: 'The agent, changed', content },
    201: { description: 'The agent, which is new', content },
    ...problems(...BODY_PROBLEMS, 'agents-busy', 'newer-version'),
  },
});

export function putAgent(app: ApiApp, { store }: ApiDeps): void {
  app.openapi(route, async (c) => {
    const { agentId } = c.req.valid('param');
    c.get('about').agentId = agentId;
    const input = await agentOfCaller(store.inventory, c.get('caller'), agentId, c.req.valid('json'));
    const result = await store.inventory.put(agentId, input);
    if (result.outcome === 'busy') throw agentBusy(agentId, result.planId);
    return c.json(result.agent, result.outcome === 'created' ? 201 : 200);
  });
}
