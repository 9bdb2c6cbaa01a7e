// CreateGraduatedPlan: checks the request, makes the plan durable, has it started, answers all of it.
import { randomUUID } from 'node:crypto';
import type { NewPlan } from '@gradus/store';
import { createRoute, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { scoped } from '../auth.js';
import type { ApiApp, ApiDeps, ApiEnv } from '../env.js';
import { NEW_PLANS } from '../examples/newPlans.js';
import { CREATE_ANSWERS } from '../examples/plans.js';
import { canonicalJson } from '../idempotency.js';
import { answerNewPlan, MINIMAL, planRefused } from '../newPlan.js';
import { inOrder } from '../planFields.js';
import { streamPreview } from '../planStream.js';
import { prefersMinimal } from '../prefer.js';
import { json } from '../schemas/content.js';
import { makingHeaders, NEW_PLAN_HEADERS } from '../schemas/headers.js';
import { newPlanSchema } from '../schemas/newPlan.js';
import { newPlanAnswer, previewAnswer } from '../schemas/plan.js';
import { BODY_PROBLEMS, problems } from '../schemas/problem.js';
import { BASE } from './base.js';

function routeOf(maxAgents: number) {
  return createRoute({
    ...scoped('plans:write'),
    operationId: 'CreateGraduatedPlan',
    summary: 'Create an upgrade plan',
    description:
      'The answer is the whole plan, stored already; workers start it, at once or at `startAt`. Every instance of every ' +
      'agent must run `fromVersion`, or the target already, and no agent may be in a plan that has not ended. With an ' +
      '`Idempotency-Key` the request can be repeated where its answer got lost. With `dryRun=true` the answer is the ' +
      'plan as it would be, and only then it has a `forecast`.',
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
        content: json(newPlanSchema(maxAgents), NEW_PLANS),
      },
    },
    responses: {
      200: {
        description: 'The whole plan, durable already',
        ...NEW_PLAN_HEADERS,
        content: json(z.union([newPlanAnswer, previewAnswer]), CREATE_ANSWERS),
      },
      ...problems(
        ...BODY_PROBLEMS,
        'unknown-agents',
        'version-mismatch',
        'unknown-release',
        'agents-busy',
        'idempotency-key-reused',
        'idempotency-in-progress',
        'newer-version',
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
      createdBy: createdBy ?? c.get('caller').subject,
      actor: c.get('caller').subject,
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
