// What a plan waits for now, so that nothing ever looks stuck without a word.
import type { Snapshot } from './decide.js';
import type { WaitingFor } from './plan.js';

/** What is to be known of a plan; instants are milliseconds since 1970. */
export interface Waiting {
  plan: Pick<
    Snapshot['plan'],
    'status' | 'gate' | 'startAt' | 'autoStart' | 'currentBatch' | 'batchCount'
  > & {
    createdAt: number;
    pausedAt: number | null;
  };
  batch: Pick<Snapshot['batch'], 'status' | 'open' | 'observingUntil' | 'nextReturnAt' | 'nextDeadlineAt'>;
  /** Agents whose LCA has not been heard of since the dispatch. */
  unanswered: number;
  unansweredSince: number | null;
}

function waiting(
  reason: WaitingFor['reason'],
  {
    agents = null,
    since = null,
    until = null,
  }: { agents?: number | null; since?: number | null; until?: number | null },
): WaitingFor {
  const shown = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString());
  return { reason, agents, since: shown(since), until: shown(until) };
}

/** @returns null where it waits for nothing but its workers, or has ended */
export function waitingFor({ plan, batch, unanswered, unansweredSince }: Waiting): WaitingFor | null {
  if (plan.status === 'paused') return waiting('operator', { since: plan.pausedAt });
  if (plan.status === 'pending') {
    if (!plan.autoStart) return waiting('operator', { since: plan.createdAt });
    return plan.startAt === null ? null : waiting('start-at', { since: plan.createdAt, until: plan.startAt });
  }
  if (plan.status !== 'running') return null;
  return batch.status === 'observing' ? observing(plan, batch) : outcomes(batch, unanswered, unansweredSince);
}

function observing(plan: Waiting['plan'], { observingUntil }: Waiting['batch']): WaitingFor | null {
  const isGated = plan.gate === 'manual' && plan.currentBatch < plan.batchCount - 1;
  return waiting(isGated ? 'gate' : 'observe', { until: observingUntil });
}

function outcomes(
  { open, nextReturnAt, nextDeadlineAt }: Waiting['batch'],
  unanswered: number,
  unansweredSince: number | null,
): WaitingFor | null {
  if (open === 0)
    return nextReturnAt === null ? null : waiting('outcome', { agents: 0, until: nextReturnAt });
  // What has a deadline is with its LCA; the rest waits for the rate limit.
  if (nextDeadlineAt === null) return waiting('rate-limit', { agents: open });
  if (unanswered === open) return waiting('lca-check-in', { agents: unanswered, since: unansweredSince });
  return waiting('outcome', { agents: open - unanswered, until: nextDeadlineAt });
}
