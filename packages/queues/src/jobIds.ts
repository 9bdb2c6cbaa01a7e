// Ids of jobs: the same for the same work, so that adding it twice is nothing.

/** @returns the id of the batch's own job */
export function batchJobId(planId: string, batchIndex: number): string {
  return `${planId}.${batchIndex}`;
}

/** @returns the id of a dispatch job; a task that is released again has another */
export function dispatchJobId(order: { lifecycleTaskUuid: string; releasedAt: number }): string {
  return `${order.lifecycleTaskUuid}.${order.releasedAt}`;
}

/** @returns when the task of this dispatch job was released; 0 where the id does not say */
export function releasedAtOf(jobId: string): number {
  return Number(/\.(\d+)$/.exec(jobId)?.[1] ?? 0);
}

/** @returns the id of the job that delivers the event to the endpoint */
export function deliveryJobId(event: { planId: string; id: string }, endpoint: string): string {
  return `${event.planId}.${event.id}.${endpoint}`;
}

/** @returns the id of the LCA's own push job; no colon may be in it */
export function pushJobId(lcaUuid: string): string {
  return `lca-${encodeURIComponent(lcaUuid)}`;
}
