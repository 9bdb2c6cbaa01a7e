// A batch of a plan, as it is shown.

import type { Batch, BatchStatus, BatchSummary } from '@gradus/domain';
import { z } from '@hono/zod-openapi';
import { agentCounts } from './counts.js';
import { shownInstant } from './fields.js';
import { planTask } from './task.js';

const batchStatus = z.enum([
  'pending',
  'running',
  'observing',
  'completed',
  'failed',
  'cancelled',
]) satisfies z.ZodType<BatchStatus>;

const shownStatus = batchStatus.openapi({
  description:
    'observing: its agents have ended; it is watched, and with a manual gate waits for its promotion',
  example: 'completed',
});
const batchIndex = z.int().min(0).openapi({ description: 'Zero-based', example: 0 });
const failedCount = z.int().min(0).openapi({ description: 'Agents that failed, each once', example: 0 });

const progress = {
  counts: agentCounts,
  allowedFailures: z.int().openapi({ description: 'More failures than these pause the plan', example: 1 }),
  forgiven: z.int().openapi({ description: 'Failures that a resume has accepted', example: 0 }),
  unconfirmed: z
    .int()
    .openapi({ description: 'Completed agents that stayed silent while observed', example: 0 }),
  startedAt: shownInstant.nullable().openapi({ description: 'null before the start' }),
  observingUntil: shownInstant
    .nullable()
    .openapi({ description: 'When its observe window ends or has ended' }),
  completedAt: shownInstant.nullable().openapi({ description: 'When it closed, however it did' }),
};

export const batchSummary = z
  .object({ batchIndex, status: shownStatus, failedCount, ...progress })
  .openapi('BatchSummary', {
    description: 'A batch without its agents and tasks',
  }) satisfies z.ZodType<BatchSummary>;

export const batch = z
  .object({
    batchIndex,
    agentIds: z.array(z.string()).openapi({ description: 'Its agents', example: ['item1', 'item2'] }),
    status: shownStatus,
    failedCount,
    tasks: z.array(planTask).openapi({ description: 'One for each component instance of each agent' }),
    ...progress,
  })
  .openapi('Batch', { description: 'Agents that are upgraded together' }) satisfies z.ZodType<Batch>;
