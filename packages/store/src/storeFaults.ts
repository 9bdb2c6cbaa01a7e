// What Redis refuses or cannot do, told apart.
import type { PlanStatus } from '@gradus/domain';
import { NewerPlan, StoreUnavailable } from './port.js';

const NEWER_PLAN = /NEWERPLAN (\S+) (\d+) (\S+)/;

/** @throws NewerPlan where a plan's script said so; any other error as it is */
export function throwNewerPlan(error: unknown): never {
  const [, planId = '', schema, status = ''] =
    (error instanceof Error ? NEWER_PLAN.exec(error.message) : null) ?? [];
  if (schema === undefined) throw error;
  throw new NewerPlan(planId, Number(schema), status as PlanStatus);
}

const AWAY =
  /Connection is closed|due to connection close|Stream isn't writeable|max retries per request|Command timed out|ECONN|EPIPE|ETIMEDOUT|LOADING|CLUSTERDOWN|MASTERDOWN|READONLY|MISCONF|OOM|BUSY|NOREPLICAS|All sentinels|Failed to refresh slots|Cluster isn't ready|Cluster is disconnect|startup nodes|Too many Cluster redirections/i;

/**
 * @returns what the command answers
 * @throws StoreUnavailable where Redis is away, or refuses writes; any other error as it is
 */
export async function unlessAway<Answer>(command: Promise<Answer>): Promise<Answer> {
  try {
    return await command;
  } catch (error) {
    if (error instanceof Error && AWAY.test(`${error.name} ${error.message}`))
      throw new StoreUnavailable(error);
    throw error;
  }
}
