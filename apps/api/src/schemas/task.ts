// A plan's task, as it is shown.

import type { PlanTask, TaskStatus } from '@gradus/domain';
import { z } from '@hono/zod-openapi';
import { shownInstant } from './fields.js';

const hex = 'abcdef0123456789abcdef0123456789';

export const taskStatus = z.enum([
  'pending',
  'queued',
  'dispatched',
  'running',
  'completed',
  'failed',
  'skipped',
  'cancelled',
]) satisfies z.ZodType<TaskStatus, TaskStatus>;

export const planTask = z
  .object({
    componentUuid: z.string().openapi({ description: 'The managed component', example: hex }),
    componentInstanceUuid: z
      .string()
      .openapi({ description: 'The component instance that is updated', example: hex }),
    lifecycleTaskUuid: z.string().openapi({
      description: 'The lifecycle task of the latest attempt',
      example: 'task-a1b2c3d4-e5f6-7890-abcd-ef1234567890',
    }),
    componentName: z.string().openapi({ description: 'The name of the component', example: 'zmetis' }),
    taskType: z.literal('update').openapi({ description: 'What the LCA is to do', example: 'update' }),
    status: taskStatus.openapi({
      description:
        'queued: released, and waits for the rate limit; dispatched: with its LCA; running: its LCA said so; skipped: ' +
        'the instance ran the target already',
      example: 'running',
    }),
    nodeUuid: z.string().openapi({ description: 'The node that hosts the instance', example: hex }),
    lcaUuid: z.string().openapi({ description: 'The LCA that owns the instance', example: hex }),
    runtimeStatus: z.string().nullable().openapi({ description: 'As last reported', example: 'running' }),
    actualVersion: z.string().nullable().openapi({ description: 'As last reported', example: '1.0.0' }),
    actualRelease: z.string().nullable().openapi({ description: 'As last reported', example: '221' }),
    agentId: z.string().openapi({ description: 'The agent that the instance is of', example: 'item1' }),
    attempt: z.int().openapi({ description: 'The latest one, counted from 1', example: 1 }),
    error: z.string().nullable().openapi({ description: 'Why the latest attempt failed', example: null }),
    previousVersion: z
      .string()
      .nullable()
      .openapi({ description: 'Run when the plan was made', example: '1.2.0' }),
    previousRelease: z
      .string()
      .nullable()
      .openapi({ description: 'Run when the plan was made', example: '215' }),
    dispatchedAt: shownInstant.nullable().openapi({ description: 'When the LCA got the latest attempt' }),
    completedAt: shownInstant.nullable().openapi({ description: 'When the task ended, however it did' }),
  })
  .openapi('PlanTask', {
    description: 'The upgrade of one component instance',
  }) satisfies z.ZodType<PlanTask>;
