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
  id: z
    .string()
    .openapi({ description: '`plan-` and a UUID', example: 'plan-a1b2c3d4-e5f6-7890-abcd-ef1234567890' }),
  name: z.string().openapi({ description: 'For people', example: 'Upgrade agents to v1.3.0' }),
  fromVersion: z.string().openapi({ description: 'What the agents are upgraded from', example: '1.2.0' }),
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
  status: planStatus.openapi({
    description:
      'completed: the last batch has closed, with failures or without; failed: rolled back by its threshold, or not to ' +
      'be gone on with, as `error` says',
    example: 'running',
  }),
  currentBatch: z.int().openapi({ description: 'The batch that is being executed', example: 0 }),
  createdBy: z
    .string()
    .openapi({ description: 'As its client said; its events name the caller', example: 'admin' }),
  createdAt: shownInstant.openapi({ description: 'When the plan was made' }),
  startedAt: shownInstant.nullable().openapi({ description: 'null before the start' }),
  pausedAt: shownInstant.nullable().openapi({ description: 'Of the pause that the plan is in, else null' }),
  pauseReason: z.string().nullable().openapi({
    description:
      'Of the pause that the plan is in; by the threshold it begins with `Failure threshold exceeded`',
    example: 'Failure threshold exceeded',
  }),
  completedAt: shownInstant.nullable().openapi({ description: 'When the plan ended, however it did' }),
  sourcePlanUuid: z.string().nullable().openapi({
    description: 'The plan that this one retries or rolls back',
    example: 'a1b2c3d4-e5f6-7890-abcd-ef1234567890',
  }),
  error: z
    .string()
    .nullable()
    .openapi({ description: 'Why the plan failed', example: 'upgrade failed: timeout' }),
  observeDuration: z.string().openapi({ description: 'As it was given', example: '10m' }),
  revision: z
    .int()
    .openapi({ description: 'Rises with every command and every transition of the plan or a batch' }),
  startAt: shownInstant
    .nullable()
    .openapi({ description: 'When it is to start; null: at once or by command' }),
  gate: gate.openapi({ description: 'manual: each batch but the last waits for PromoteGraduatedPlan' }),
  taskTimeout: z.string().openapi({ description: 'As it was given', example: '30m' }),
  maxAttempts: z.int().openapi({ description: 'After so many a task has failed', example: 1 }),
  onThreshold: onThreshold.openapi({ description: 'What more failures than allowed do' }),
  waitingFor: z
    .object({
      reason: z.enum(WAITING_REASONS),
      agents: z.int().nullable().openapi({ description: 'For how many, where it waits for agents' }),
      since: shownInstant.nullable(),
      until: shownInstant
        .nullable()
        .openapi({ description: 'When that ends at the latest, where it is known' }),
    })
    .nullable()
    .openapi({ description: 'What the plan waits for now' }),
  counts: agentCounts,
};

export const planSummary = z
  .object({
    ...head,
    batches: z.array(batchSummary).openapi({ description: 'In the order in which they are executed' }),
    ...tail,
  })
  .openapi('PlanSummary', {
    description: "A plan without its batches' agents and tasks",
  }) satisfies z.ZodType<PlanSummary>;

export const plan = z
  .object({
    ...head,
    batches: z.array(batch).openapi({ description: 'In the order in which they are executed' }),
    ...tail,
  })
  .openapi('Plan', { description: 'A graduated upgrade plan' }) satisfies z.ZodType<Plan>;

const forecast = z
  .object({
    batchCount: z.int().openapi({ description: 'How many batches' }),
    agentCount: z.int().openapi({ description: 'How many agents' }),
    taskCount: z.int().openapi({ description: 'How many tasks: one for each component instance' }),
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
  .openapi('Forecast', {
    description: 'What is known of a plan before it is made',
  }) satisfies z.ZodType<Forecast>;

/** What an operation that makes a plan answers: the plan, or where that is preferred its summary. */
export const newPlanAnswer = z.union([plan, planSummary]);

/** The same of a plan that is not made. */
export const previewAnswer = z.union([plan.extend({ forecast }), planSummary.extend({ forecast })]);
