// How many agents are in which state, as it is shown.

import type { AgentCounts } from '@gradus/domain';
import { z } from '@hono/zod-openapi';

const count = z.int().min(0);

export const agentCounts = z
  .object({
    agents: count.openapi({ description: 'All of them' }),
    pending: count.openapi({ description: 'Not released yet, or between two attempts' }),
    running: count.openapi({ description: 'Released and not ended' }),
    completed: count,
    failed: count,
    skipped: count.openapi({ description: 'On the target already' }),
    cancelled: count,
  })
  .openapi('AgentCounts', {
    description: 'Agents, each in the first of failed, running, cancelled, pending, completed, skipped',
  }) satisfies z.ZodType<AgentCounts>;
