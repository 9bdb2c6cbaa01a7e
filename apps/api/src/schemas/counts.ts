// How many agents are in which state, as it is shown.

import type { AgentCounts } from '@gradus/domain';
import { z } from '@hono/zod-openapi';

const count = z.int().min(0);

export const agentCounts = z
  .object({
    agents: count,
    pending: count,
    running: count,
    completed: count,
    failed: count,
    skipped: count,
    cancelled: count,
  })
  .openapi('AgentCounts', {
    description: 'Agents, each in the first of failed, running, cancelled, pending, completed, skipped',
  }) satisfies z.ZodType<AgentCounts>;
