// CreateGraduatedPlan: checks the request, makes the plan durable, has it started, answers all of it.
import { randomUUID } from 'node:crypto';
import { createRoute } from '@hono/zod-openapi';
import { scoped } from '../auth.js';
import type { ApiApp, ApiDeps } from '../env.js';
import { answerNewPlan, planRefused } from '../newPlan.js';
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

export function createPlan(app: ApiApp, deps: ApiDeps): void {
  app.openapi(routeOf(deps.maxAgentsPerPlan), async (c) => {
    const { observeDuration, taskTimeout, startAt = null, createdBy, ...given } = c.req.valid('json');
    const id = `plan-${randomUUID()}`;
    const created = await deps.store.plans.create({
      ...given,
      id,
      createdBy: createdBy ?? c.var.key.name,
      observeDuration: observeDuration.given,
      observeMs: observeDuration.ms,
      startAt,
      taskTimeout: taskTimeout.given,
      taskTimeoutMs: taskTimeout.ms,
    });
    if (created.outcome !== 'created') throw planRefused(created);
    return answerNewPlan(c, deps, id, given.autoStart ? { startAt } : null);
  });
}
