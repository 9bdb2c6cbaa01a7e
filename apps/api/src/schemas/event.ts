// An event of a plan, as it is shown.
import { EVENT_TYPES, type PlanEvent } from '@gradus/domain';
import { z } from '@hono/zod-openapi';

export const planEvent = z
  .object({
    id: z.string().openapi({ description: 'Rises with every event of the plan', example: '17' }),
    at: z.string(),
    type: z.enum(EVENT_TYPES),
    planId: z.string(),
    batchIndex: z.int().nullable(),
    agentId: z.string().nullable(),
    lifecycleTaskUuid: z.string().nullable(),
    actor: z
      .string()
      .nullable()
      .openapi({ description: "Who did it: a key's name, the subject of a JWT, or gradus" }),
    detail: z.string().nullable().openapi({ description: 'Why, and the numbers that it was decided on' }),
  })
  .openapi('PlanEvent') satisfies z.ZodType<PlanEvent>;
