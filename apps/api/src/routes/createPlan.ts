// CreateGraduatedPlan: checks the request, makes the plan durable, has it started, answers all of it.
import { randomUUID } from 'node:crypto';
import type { CreatePlanResult } from '@gradus/store';
import { createRoute } from '@hono/zod-openapi';
import { scoped } from '../auth.js';
import { tryEnqueue } from '../enqueue.js';
import type { ApiApp, ApiDeps } from '../env.js';
import { Problem } from '../errors.js';
import { noSuchPlan } from '../planId.js';
import { streamPlan } from '../planStream.js';
import { noQuery } from '../schemas/fields.js';
import { newPlanSchema } from '../schemas/newPlan.js';
import { plan } from '../schemas/plan.js';
import { BODY_PROBLEMS, problems } from '../schemas/problem.js';
import { BASE } from './base.js';

const EXAMPLE = {
  name: 'Upgrade agents to v1.3.0',
  fromVersion: '1.2.0',
  toVersion: '1.3.0',
  toRelease: '221',
  agentIds: 'item1,item2',
  batchSize: 10,
  failureThreshold: 0.1,
  concurrency: 5,
  createdBy: 'admin',
  observeDuration: '10m',
};

function routeOf(maxAgents: number) {
  return createRoute({
    ...scoped('plans:write'),
    operationId: 'CreateGraduatedPlan',
    summary: 'Create an upgrade plan',
    tags: ['Plans'],
    method: 'post',
    path: `${BASE}/upgrade-plans`,
    request: {
      query: noQuery,
      body: {
        required: true,
        content: { 'application/json': { schema: newPlanSchema(maxAgents), example: EXAMPLE } },
      },
    },
    responses: {
      200: {
        description: 'The whole plan, durable already',
        content: { 'application/json': { schema: plan } },
      },
      ...problems(...BODY_PROBLEMS, 'unknown-agents', 'version-mismatch', 'agents-busy'),
    },
  });
}

/** @throws Problem where the plan was refused */
function assertCreated(result: CreatePlanResult): void {
  switch (result.outcome) {
    case 'created':
      return;
    case 'unknown-agents': {
      const { agentIds, agentCount } = result;
      const detail = `${agentCount} of the agents are not in the inventory.`;
      throw new Problem('unknown-agents', detail, { agentIds, agentCount });
    }
    case 'version-mismatch': {
      const { agents, agentCount } = result;
      const detail = `${agentCount} of the agents run neither fromVersion nor the target.`;
      throw new Problem('version-mismatch', detail, { agents, agentCount });
    }
    case 'agents-busy': {
      const { conflicts, conflictCount } = result;
      const detail = `${conflictCount} of the agents are in a plan that has not ended.`;
      throw new Problem('agents-busy', detail, { conflicts, conflictCount });
    }
  }
}

export function createPlan(app: ApiApp, { store, queues, logger, maxAgentsPerPlan }: ApiDeps): void {
  app.openapi(routeOf(maxAgentsPerPlan), async (c) => {
    const { observeDuration, taskTimeout, startAt = null, createdBy, ...given } = c.req.valid('json');
    const id = `plan-${randomUUID()}`;
    const created = await store.plans.create({
      ...given,
      id,
      createdBy: createdBy ?? c.var.key.name,
      observeDuration: observeDuration.given,
      observeMs: observeDuration.ms,
      startAt,
      taskTimeout: taskTimeout.given,
      taskTimeoutMs: taskTimeout.ms,
    });
    assertCreated(created);
    c.var.about.planId = id;
    if (given.autoStart) await tryEnqueue(logger, id, () => queues.startPlan(id, startAt));
    const opened = await store.plans.open(id);
    if (opened === null) throw noSuchPlan(id);
    return streamPlan(store, opened, logger, { requestId: c.var.requestId });
  });
}
