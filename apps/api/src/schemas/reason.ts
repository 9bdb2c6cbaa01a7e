// Why a command was given.
import { z } from '@hono/zod-openapi';

export const reasonBody = z
  .strictObject({ reason: z.string().max(1_000).nullish().openapi({ example: 'Seen on the dashboard' }) })
  .openapi('Reason');
