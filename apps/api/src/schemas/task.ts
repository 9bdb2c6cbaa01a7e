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
    componentName: z.string().openapi({ example: 'zmetis' }),
    taskType: z.literal('update').openapi({ example: 'update' }),
    status: taskStatus.openapi({ example: 'running' }),
    nodeUuid: z.string().openapi({ description: 'The node that hosts the instance', example: hex }),
    lcaUuid: z.string().openapi({ description: 'The LCA that owns the instance', example: hex }),
    runtimeStatus: z.string().nullable().openapi({ description: 'As last reported', example: 'running' }),
    actualVersion: z.string().nullable().openapi({ description: 'As last reported', example: '1.0.0' }),
    actualRelease: z.string().nullable().openapi({ description: 'As last reported', example: '221' }),
    agentId: z.string().openapi({ example: 'item1' }),
    attempt: z.int().openapi({ example: 1 }),
    error: z.string().nullable().openapi({ example: null }),
    previousVersion: z.string().nullable().openapi({ example: '1.2.0' }),
    previousRelease: z.string().nullable().openapi({ example: '215' }),
    dispatchedAt: shownInstant.nullable(),
    completedAt: shownInstant.nullable(),
  })
  .openapi('PlanTask') satisfies z.ZodType<PlanTask>;
