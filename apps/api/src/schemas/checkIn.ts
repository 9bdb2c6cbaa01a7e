// What an LCA and the control plane say to each other. Fields that are not known are passed over, so that
// an LCA may be newer than the control plane.

import {
  type AgentReport,
  type CheckInAnswer,
  type LifecycleTask,
  REPORTED_TASK_STATUSES,
} from '@gradus/domain';
import { z } from '@hono/zod-openapi';
import { identifier, shownInstant, text } from './fields.js';

const MAX_REPORTS = 10_000;
const MAX_ERROR_CHARACTERS = 1_000;

const fact = text(64).nullish();

const componentFacts = z
  .object({
    componentInstanceUuid: identifier.optional(),
    componentName: text(128).optional(),
    runtimeStatus: fact,
    actualVersion: fact,
    actualRelease: fact,
  })
  .refine(
    ({ componentInstanceUuid, componentName }) =>
      componentInstanceUuid !== undefined || componentName !== undefined,
    'must name its instance by componentInstanceUuid or componentName',
  );

/** As many components as an agent may have. */
const MAX_OF_AN_AGENT = 1_000;

const taskReport = z.object({
  lifecycleTaskUuid: identifier,
  status: z.enum(REPORTED_TASK_STATUSES),
  error: z
    .string()
    .transform((error) => error.slice(0, MAX_ERROR_CHARACTERS))
    .nullish()
    .openapi({ description: `Cut to ${MAX_ERROR_CHARACTERS} characters` }),
});

const agentReport = z
  .object({
    agentId: identifier,
    components: z.array(componentFacts).max(MAX_OF_AN_AGENT).optional(),
    tasks: z.array(taskReport).max(MAX_OF_AN_AGENT).optional(),
  })
  .openapi('AgentReport') satisfies z.ZodType<AgentReport>;

export const checkIn = z
  .object({ reports: z.array(agentReport).max(MAX_REPORTS).default([]) })
  .openapi('CheckIn');

const lifecycleTask = z
  .object({
    lifecycleTaskUuid: z.string(),
    agentId: z.string(),
    taskType: z.literal('update'),
    componentUuid: z.string(),
    componentInstanceUuid: z.string(),
    componentName: z.string(),
    fromVersion: z.string(),
    toVersion: z.string(),
    toRelease: z.string(),
    deadline: shownInstant,
    attempt: z.int(),
  })
  .openapi('LifecycleTask') satisfies z.ZodType<LifecycleTask>;

export const checkInAnswer = z
  .object({
    accepted: z.int().openapi({ description: 'How many reports were taken' }),
    tasks: z.array(lifecycleTask).openapi({ description: 'To be carried out' }),
    cancel: z.array(z.string()).openapi({ description: 'Lifecycle tasks to be dropped' }),
  })
  .openapi('CheckInAnswer') satisfies z.ZodType<CheckInAnswer>;
