// The order in which a plan's fields are answered: the batches stand in the middle of the documented ones.
import type { PlanHeader, PlanSummary } from '@gradus/domain';

/** @returns what stands before the batches */
export function headOf(plan: PlanHeader) {
  const { id, name, fromVersion, toVersion, fromRelease, toRelease } = plan;
  return { id, name, fromVersion, toVersion, fromRelease, toRelease };
}

/** @returns what stands after the batches */
export function tailOf(plan: PlanHeader): Omit<PlanHeader, keyof ReturnType<typeof headOf>> {
  return {
    failureThreshold: plan.failureThreshold,
    concurrency: plan.concurrency,
    status: plan.status,
    currentBatch: plan.currentBatch,
    createdBy: plan.createdBy,
    createdAt: plan.createdAt,
    startedAt: plan.startedAt,
    pausedAt: plan.pausedAt,
    pauseReason: plan.pauseReason,
    completedAt: plan.completedAt,
    sourcePlanUuid: plan.sourcePlanUuid,
    error: plan.error,
    observeDuration: plan.observeDuration,
    revision: plan.revision,
    startAt: plan.startAt,
    gate: plan.gate,
    taskTimeout: plan.taskTimeout,
    maxAttempts: plan.maxAttempts,
    onThreshold: plan.onThreshold,
    waitingFor: plan.waitingFor,
    counts: plan.counts,
  };
}

/** @returns the summary with its fields in their order */
export function inOrder(summary: PlanSummary): PlanSummary {
  return { ...headOf(summary), batches: summary.batches, ...tailOf(summary) };
}
