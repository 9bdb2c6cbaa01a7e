// An event of a plan, as it is shown.
import { EVENT_TYPES, type PlanEvent } from '@gradus/domain';
import { z } from '@hono/zod-openapi';
import { shownInstant } from './fields.js';

export const planEvent = z
  .object({
    id: z.string().openapi({ description: 'Rises with every event of the plan', example: '17' }),
    at: shownInstant.openapi({ description: 'When it happened' }),
    type: z.enum(EVENT_TYPES).openapi({ description: 'What happened' }),
    planId: z.string().openapi({ description: 'To which plan' }),
    batchIndex: z.int().nullable().openapi({ description: 'The batch that it is about' }),
    agentId: z.string().nullable().openapi({ description: 'The agent that it is about' }),
    lifecycleTaskUuid: z.string().nullable().openapi({ description: 'The attempt that it is about' }),
    actor: z
      .string()
      .nullable()
      .openapi({ description: "Who did it: a key's name, the subject of a JWT, or gradus" }),
    detail: z.string().nullable().openapi({ description: 'Why, and the numbers that it was decided on' }),
  })
  .openapi('PlanEvent', { description: 'Something that happened to a plan' }) satisfies z.ZodType<PlanEvent>;
