// Where a plan stands, in sentences.
import {
  type AgentCounts,
  type BatchSummary,
  hasEnded,
  type PlanSummary,
  type WaitingFor,
} from '@gradus/domain';
import { counted, number } from './numbers.js';

/** As in "Version 1.2.0 → 1.3.0 (release 221)". */
export function upgradeText({ fromVersion, toVersion, toRelease }: PlanSummary): string {
  const target = toVersion === null ? 'what each ran before' : toVersion;
  return `${fromVersion} → ${target}${toRelease === null ? '' : ` (release ${toRelease})`}`;
}

/** Those that have ended one way or another. */
export function endedOf({ completed, skipped, failed, cancelled }: AgentCounts): number {
  return completed + skipped + failed + cancelled;
}

/** The batch that is being executed, or was the last one. */
export function batchOf(plan: PlanSummary): BatchSummary | undefined {
  return plan.batches[plan.currentBatch];
}

/** Failures that count against the allowance. */
export function countedFailures({ failedCount, forgiven }: BatchSummary): number {
  return Math.max(0, failedCount - forgiven);
}

/** People count from one; the API from zero. */
export function batchName(batchIndex: number): string {
  return `Batch ${number(batchIndex + 1)}`;
}

/** What a plan waits for; instants are shown beside it. */
function waitingText({ reason, agents }: WaitingFor, status: PlanSummary['status']): string {
  switch (reason) {
    case 'operator':
      return status === 'paused'
        ? 'Paused: waits for somebody to resume it'
        : 'Waits for somebody to start it';
    case 'start-at':
      return 'Starts by itself';
    case 'rate-limit':
      return `${counted(agents ?? 0, 'agent')} wait for the dispatch rate`;
    case 'lca-check-in':
      return `The LCAs of ${counted(agents ?? 0, 'agent')} have not checked in`;
    case 'outcome':
      return agents === 0
        ? 'Waits for the next attempt'
        : `Waits for ${counted(agents ?? 0, 'agent')} to report`;
    case 'observe':
      return 'Watches the batch before it goes on';
    case 'gate':
      return 'Waits for somebody to promote the batch';
  }
}

/** One sentence on where it stands. */
export function standText(plan: PlanSummary): string {
  if (plan.status === 'completed') {
    const { failed } = plan.counts;
    return failed === 0 ? 'Completed without failures' : `Completed with ${counted(failed, 'failure')}`;
  }
  if (plan.status === 'failed') return plan.error ?? plan.pauseReason ?? 'Failed';
  if (plan.status === 'cancelled') return 'Cancelled';
  if (plan.status === 'paused' && plan.pauseReason !== null) return plan.pauseReason;
  if (plan.waitingFor !== null) return waitingText(plan.waitingFor, plan.status);
  return plan.status === 'pending' ? 'About to start' : 'Works on its batch';
}

/** The failures of the batch that matters now, against what it may have. */
export function allowanceText(batch: BatchSummary): string {
  const { allowedFailures, forgiven } = batch;
  if (allowedFailures === 0 && forgiven === 0) {
    return batch.failedCount === 0 ? 'none allowed' : `${number(batch.failedCount)} failed, none allowed`;
  }
  const beyond = forgiven > 0 ? ` beyond ${number(forgiven)} forgiven` : '';
  return `${number(countedFailures(batch))} of ${number(allowedFailures)} allowed${beyond}`;
}

/** As a screen reader has it. */
export function countsText(counts: AgentCounts): string {
  const parts = [
    [counts.completed, 'completed'],
    [counts.skipped, 'on the target already'],
    [counts.failed, 'failed'],
    [counts.running, 'in flight'],
    [counts.cancelled, 'cancelled'],
    [counts.pending, 'not started'],
  ] as const;
  const said = parts.filter(([count]) => count > 0).map(([count, name]) => `${number(count)} ${name}`);
  return said.length === 0 ? 'no agents' : said.join(', ');
}

export function isLive(plan: PlanSummary): boolean {
  return !hasEnded(plan.status);
}
