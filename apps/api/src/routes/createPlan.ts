// CreateGraduatedPlan: checks the request, makes the plan durable, has it started, answers all of it.
import { randomUUID } from 'node:crypto';
import type { NewPlan } from '@gradus/store';
import { createRoute, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { scoped } from '../auth.js';
import type { ApiApp, ApiDeps, ApiEnv } from '../env.js';
import { canonicalJson } from '../idempotency.js';
import { answerNewPlan, MINIMAL, planRefused } from '../newPlan.js';
import { inOrder } from '../planFields.js';
import { streamPreview } from '../planStream.js';
import { prefersMinimal } from '../prefer.js';
import { makingHeaders } from '../schemas/headers.js';
import { newPlanSchema } from '../schemas/newPlan.js';
import { newPlanAnswer, newPlanHeaders, previewAnswer } from '../schemas/plan.js';
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
      query: z.strictObject({
        dryRun: z.enum(['true', 'false']).optional().openapi({
          description: 'true: nothing is stored; the answer is the plan as it would be, with a forecast',
        }),
      }),
      headers: makingHeaders,
      body: {
        required: true,
        content: { 'application/json': { schema: newPlanSchema(maxAgents), example: EXAMPLE } },
      },
    },
    responses: {
      200: {
        description: 'The whole plan, durable already',
        headers: newPlanHeaders,
        content: { 'application/json': { schema: z.union([newPlanAnswer, previewAnswer]) } },
      },
      ...problems(
        ...BODY_PROBLEMS,
        'unknown-agents',
        'version-mismatch',
        'agents-busy',
        'idempotency-key-reused',
        'idempotency-in-progress',
      ),
    },
  });
}

async function answerPreview(c: Context<ApiEnv>, { store }: ApiDeps, plan: NewPlan, isMinimal: boolean) {
  const preview = await store.plans.preview(plan);
  if (preview.outcome !== 'previewed') throw planRefused(preview);
  if (!isMinimal) return streamPreview(preview);
  return c.json({ ...inOrder(preview.summary), forecast: preview.forecast }, 200, MINIMAL);
}

export function createPlan(app: ApiApp, deps: ApiDeps): void {
  app.openapi(routeOf(deps.maxAgentsPerPlan), async (c) => {
    const { observeDuration, taskTimeout, startAt = null, createdBy, ...given } = c.req.valid('json');
    const planOf = (id: string): NewPlan => ({
      ...given,
      id,
      createdBy: createdBy ?? c.var.caller.subject,
      actor: c.var.caller.subject,
      observeDuration: observeDuration.given,
      observeMs: observeDuration.ms,
      startAt,
      taskTimeout: taskTimeout.given,
      taskTimeoutMs: taskTimeout.ms,
    });
    const headers = c.req.valid('header');
    if (c.req.valid('query').dryRun === 'true') {
      return answerPreview(c, deps, planOf(`plan-${randomUUID()}`), prefersMinimal(headers.prefer));
    }
    return answerNewPlan(c, deps, {
      headers,
      route: 'create',
      body: async () => canonicalJson(await c.req.json()),
      make: async (id, leaseUntil) => {
        const result = await deps.store.plans.create(planOf(id), leaseUntil);
        if (result.outcome !== 'created') throw planRefused(result);
      },
      start: given.autoStart ? { startAt } : null,
    });
  });
}
