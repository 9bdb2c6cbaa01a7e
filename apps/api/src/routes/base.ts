// Where the operations' routes begin, and the parameters that many of them have.
import { z } from '@hono/zod-openapi';

export const BASE = '/api/v1/lifecycle';

export const planParams = z.object({
  id: z.string().openapi({
    description: 'Which plan, with or without `plan-`',
    example: 'plan-a1b2c3d4-e5f6-7890-abcd-ef1234567890',
  }),
});

export const batchParams = planParams.extend({
  batchIndex: z.string().openapi({ description: 'Which batch; zero-based', example: '0' }),
});

export const agentParams = z.object({
  agentId: z.string().openapi({ description: 'Which agent', example: 'item1' }),
});

export const lcaParams = z.object({
  lcaUuid: z.string().openapi({ description: 'Which LCA', example: 'lca-hall-2' }),
});
