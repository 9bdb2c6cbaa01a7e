// Why a command was given.
import { z } from '@hono/zod-openapi';

export const reasonBody = z
  .strictObject({
    reason: z.string().max(1_000).nullish().openapi({
      description: 'Told by the events; of a pause also by the plan',
      example: 'Seen on the dashboard',
    }),
  })
  .openapi('Reason', { description: 'Why a command is given' });
