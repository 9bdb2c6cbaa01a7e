// An upgrade plan, as it is shown.

import {
  type Forecast,
  type Gate,
  type OnThreshold,
  PLAN_STATUSES,
  type Plan,
  type PlanSummary,
  WAITING_REASONS,
} from '@gradus/domain';
import { z } from '@hono/zod-openapi';
import { batch, batchSummary } from './batch.js';
import { agentCounts } from './counts.js';
import { shownInstant } from './fields.js';

export const planStatus = z.enum(PLAN_STATUSES);
export const gate = z.enum(['auto', 'manual']) satisfies z.ZodType<Gate>;
export const onThreshold = z.enum(['pause', 'rollback']) satisfies z.ZodType<OnThreshold>;

const head = {
  id: z.string().openapi({ example: 'plan-a1b2c3d4-e5f6-7890-abcd-ef1234567890' }),
  name: z.string().openapi({ example: 'Upgrade agents to v1.3.0' }),
  fromVersion: z.string().openapi({ example: '1.2.0' }),
  toVersion: z.string().nullable().openapi({ description: 'null where the agents differ', example: '1.3.0' }),
  fromRelease: z.string().nullable().openapi({
    description: 'What the instances ran when the plan was made; null where they differ',
    example: '215',
  }),
  toRelease: z.string().nullable().openapi({ description: 'null where the agents differ', example: '221' }),
};

const tail = {
  failureThreshold: z
    .number()
    .min(0)
    .max(1)
    .openapi({ description: 'The share of a batch that may fail', example: 0.1 }),
  concurrency: z
    .int()
    .openapi({ description: 'Most agents of a batch that are upgraded at once', example: 5 }),
  status: planStatus.openapi({ example: 'running' }),
  currentBatch: z.int().openapi({ description: 'The batch that is being executed', example: 0 }),
  createdBy: z.string().openapi({ example: 'admin' }),
  createdAt: shownInstant,
  startedAt: shownInstant.nullable(),
  pausedAt: shownInstant.nullable(),
  pauseReason: z.string().nullable().openapi({ example: 'Failure threshold exceeded' }),
  completedAt: shownInstant.nullable().openapi({ description: 'When the plan ended, however it did' }),
  sourcePlanUuid: z.string().nullable().openapi({
    description: 'The plan that this one retries or rolls back',
    example: 'a1b2c3d4-e5f6-7890-abcd-ef1234567890',
  }),
  error: z.string().nullable().openapi({ example: 'upgrade failed: timeout' }),
  observeDuration: z.string().openapi({ description: 'As it was given', example: '10m' }),
  revision: z
    .int()
    .openapi({ description: 'Rises with every command and every transition of the plan or a batch' }),
  startAt: shownInstant.nullable(),
  gate,
  taskTimeout: z.string().openapi({ description: 'As it was given', example: '30m' }),
  maxAttempts: z.int().openapi({ example: 1 }),
  onThreshold,
  waitingFor: z
    .object({
      reason: z.enum(WAITING_REASONS),
      agents: z.int().nullable(),
      since: shownInstant.nullable(),
      until: shownInstant.nullable(),
    })
    .nullable()
    .openapi({ description: 'What the plan waits for now' }),
  counts: agentCounts,
};

export const planSummary = z
  .object({ ...head, batches: z.array(batchSummary), ...tail })
  .openapi('PlanSummary') satisfies z.ZodType<PlanSummary>;

export const plan = z
  .object({ ...head, batches: z.array(batch), ...tail })
  .openapi('Plan') satisfies z.ZodType<Plan>;

const forecast = z
  .object({
    batchCount: z.int(),
    agentCount: z.int(),
    taskCount: z.int(),
    allowedFailures: z.array(z.int()).openapi({ description: 'By batch', example: [0, 1, 4] }),
    worstCaseAgentsHarmed: z.int().openapi({
      description:
        'The most agents that can have failed or be in flight when the plan first pauses by itself',
      example: 6,
    }),
    fastestDuration: z.string().openapi({
      description: 'What the observe windows alone take',
      example: 'PT30M',
    }),
  })
  .openapi('Forecast') satisfies z.ZodType<Forecast>;

/** What an operation that makes a plan answers: the plan, or where that is preferred its summary. */
export const newPlanAnswer = z.union([plan, planSummary]);

export const newPlanHeaders = z.object({
  ETag: z.string(),
  'Preference-Applied': z.string().optional().openapi({ example: 'return=minimal' }),
});

/** The same of a plan that is not made. */
export const previewAnswer = z.union([plan.extend({ forecast }), planSummary.extend({ forecast })]);
