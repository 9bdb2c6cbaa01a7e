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
import { artifact } from './release.js';

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
    agentId: identifier.openapi({ description: 'The agent that it is about' }),
    components: z
      .array(componentFacts)
      .max(MAX_OF_AN_AGENT)
      .optional()
      .openapi({ description: 'What its instances run; taken before the tasks' }),
    tasks: z
      .array(taskReport)
      .max(MAX_OF_AN_AGENT)
      .optional()
      .openapi({ description: 'How its lifecycle tasks are' }),
  })
  .openapi('AgentReport', { description: 'What an LCA says of one agent' }) satisfies z.ZodType<AgentReport>;

export const checkIn = z
  .object({
    reports: z
      .array(agentReport)
      .max(MAX_REPORTS)
      .default([])
      .openapi({ description: 'Empty where there is nothing to say' }),
  })
  .openapi('CheckIn', { description: 'What an LCA has to say' });

const lifecycleTask = z
  .object({
    lifecycleTaskUuid: z.string().openapi({ description: 'Of this attempt alone; reports name it' }),
    agentId: z.string().openapi({ description: 'The agent that the instance is of' }),
    taskType: z.literal('update').openapi({ description: 'What is to be done' }),
    componentUuid: z.string().openapi({ description: 'The managed component' }),
    componentInstanceUuid: z.string().openapi({ description: 'The component instance to be updated' }),
    componentName: z.string().openapi({ description: 'The name of the component' }),
    fromVersion: z.string().openapi({ description: 'What it ran when the plan was made' }),
    toVersion: z.string().openapi({ description: 'What it is to run' }),
    toRelease: z.string().openapi({ description: 'The release it is to run' }),
    deadline: shownInstant.openapi({ description: 'Without an outcome by then the attempt has failed' }),
    attempt: z.int().openapi({ description: 'Counted from 1' }),
    artifacts: z.array(artifact).openapi({
      description:
        'What the target is made of, by the release of that name; empty where there is none. What Gradus keeps itself is ' +
        "to be had with the LCA's own token",
    }),
  })
  .openapi('LifecycleTask', {
    description: 'What an LCA is to carry out',
  }) satisfies z.ZodType<LifecycleTask>;

export const checkInAnswer = z
  .object({
    accepted: z.int().openapi({ description: 'How many reports were taken' }),
    tasks: z.array(lifecycleTask).openapi({ description: 'To be carried out' }),
    cancel: z.array(z.string()).openapi({ description: 'Lifecycle tasks to be dropped' }),
  })
  .openapi('CheckInAnswer', { description: 'What an LCA is to do' }) satisfies z.ZodType<CheckInAnswer>;
