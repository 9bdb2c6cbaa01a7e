// How many plans a command was about.
import { z } from '@hono/zod-openapi';

export const planCount = z
  .object({ plans: z.int().openapi({ description: 'How many plans were paused, or resumed' }) })
  .openapi('PlanCount', { description: 'How many plans a command was about' });
