// Whether a plan needs somebody, and why.
import { hasEnded, type PlanSummary } from '@gradus/domain';
import { batchName, batchOf, countedFailures } from '../words/statusText.js';

/** An LCA that is away for so long does not just restart. */
const SILENT_MS = 120_000;

/** `decide`: it stands still until somebody does something. `watch`: it may come to that. */
export interface Attention {
  level: 'decide' | 'watch';
  why: string;
}

/** @returns null where it goes on by itself */
export function attentionOf(plan: PlanSummary, now: number): Attention | null {
  if (hasEnded(plan.status)) return null;
  const batch = batchOf(plan);
  const waits = plan.waitingFor;
  if (plan.status === 'paused') return { level: 'decide', why: plan.pauseReason ?? 'Paused' };
  if (waits?.reason === 'operator') return { level: 'decide', why: 'Waits to be started' };
  // Until its window is over there is nothing to decide on yet.
  if (waits?.reason === 'gate' && (waits.until === null || Date.parse(waits.until) <= now)) {
    return { level: 'decide', why: `${batchName(plan.currentBatch)} waits to be promoted` };
  }
  if (waits?.reason === 'lca-check-in' && waits.since !== null && now - Date.parse(waits.since) > SILENT_MS) {
    return { level: 'decide', why: 'Its LCAs are silent' };
  }
  if (batch !== undefined && batch.allowedFailures > 0) {
    const failures = countedFailures(batch);
    if (failures === batch.allowedFailures) return { level: 'watch', why: 'One more failure pauses it' };
    if (failures > batch.allowedFailures / 2) {
      return { level: 'watch', why: 'More than half of the allowed failures are used up' };
    }
  }
  return null;
}
