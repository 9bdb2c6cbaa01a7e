// Upgrade plans: create, read, command.
import type {
  Batch,
  Gate,
  OnThreshold,
  Plan,
  PlanStatus,
  PlanSummary,
  PlanTask,
  TaskStatus,
} from '@gradus/domain';
import { eachItem } from './pages.js';
import type { CallOptions, Request } from './request.js';

/** A new plan; durations are `90s`, `10m`, `1h30m`, `2d` or ISO 8601, instants ISO 8601. */
export interface PlanInput {
  name: string;
  fromVersion: string;
  toVersion: string;
  toRelease: string;
  agentIds: readonly string[] | string;
  batchSize?: number | undefined;
  /** Instead of `batchSize`: each batch's own size, a count or a percent of all agents such as `5%`. */
  batchSizes?: readonly (number | string)[] | undefined;
  failureThreshold?: number | undefined;
  concurrency?: number | undefined;
  createdBy?: string | undefined;
  observeDuration?: string | undefined;
  startAt?: string | undefined;
  autoStart?: boolean | undefined;
  gate?: Gate | undefined;
  taskTimeout?: string | undefined;
  maxAttempts?: number | undefined;
  onThreshold?: OnThreshold | undefined;
}

/** The calls about plans. A plan's id may be given with or without its `plan-`. */
export function planCalls(request: Request) {
  const read = <Answer>(path: string, options: CallOptions, query?: Record<string, string>) =>
    request<Answer>({ ...options, method: 'GET', path, query, isRepeatable: true });
  const command = (planId: string, verb: string, json: unknown, options: CallOptions) =>
    request<PlanSummary>({ ...options, method: 'POST', path: `${pathOf(planId)}/${verb}`, json });

  return {
    /**
     * Never tried again by itself: where it is not known whether the plan was made, repeat it with the same
     * `idempotencyKey`.
     */
    createPlan: (
      plan: PlanInput,
      { idempotencyKey, ...options }: CallOptions & { idempotencyKey?: string | undefined } = {},
    ) =>
      request<Plan>({
        ...options,
        method: 'POST',
        path: '/upgrade-plans',
        json: plan,
        headers: idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey },
      }),

    getPlan: (planId: string, options: CallOptions = {}) => read<Plan>(pathOf(planId), options),

    getPlanSummary: (planId: string, options: CallOptions = {}) =>
      read<PlanSummary>(pathOf(planId), options, { view: 'summary' }),

    /** Newest first. `limit` is the size of a page. */
    listPlans: (
      filter: {
        status?: PlanStatus | undefined;
        agentId?: string | undefined;
        limit?: number | undefined;
      } = {},
      options: CallOptions = {},
    ) => eachItem<PlanSummary>(request, '/upgrade-plans', filter, options),

    getBatch: (planId: string, batchIndex: number, options: CallOptions = {}) =>
      read<Batch>(`${pathOf(planId)}/batches/${batchIndex}`, options),

    /** `limit` is the size of a page. */
    listBatchTasks: (
      planId: string,
      batchIndex: number,
      filter: { status?: TaskStatus | undefined; limit?: number | undefined } = {},
      options: CallOptions = {},
    ) => eachItem<PlanTask>(request, `${pathOf(planId)}/batches/${batchIndex}/tasks`, filter, options),

    startPlan: (planId: string, options: CallOptions = {}) => command(planId, 'start', undefined, options),

    pausePlan: (planId: string, input: { reason?: string | undefined } = {}, options: CallOptions = {}) =>
      command(planId, 'pause', input, options),

    resumePlan: (
      planId: string,
      input: {
        failureThreshold?: number | undefined;
        concurrency?: number | undefined;
        retryFailed?: boolean | undefined;
      } = {},
      options: CallOptions = {},
    ) => command(planId, 'resume', input, options),

    /** Without a batch index: the current batch. */
    promotePlan: (
      planId: string,
      input: { batchIndex?: number | undefined } = {},
      options: CallOptions = {},
    ) => command(planId, 'promote', input, options),

    /** @returns a new plan of the agents that failed in an ended one */
    retryPlan: (planId: string, options: CallOptions = {}) =>
      request<Plan>({ ...options, method: 'POST', path: `${pathOf(planId)}/retry` }),

    /** @returns a new plan that takes the agents of an ended one back */
    rollbackPlan: (planId: string, options: CallOptions = {}) =>
      request<Plan>({ ...options, method: 'POST', path: `${pathOf(planId)}/rollback` }),

    deletePlan: (planId: string, options: CallOptions = {}) =>
      request<void>({ ...options, method: 'DELETE', path: pathOf(planId) }),

    /** The emergency stop: pauses every running plan. */
    pauseAllPlans: (options: CallOptions = {}) =>
      request<{ plans: number }>({ ...options, method: 'POST', path: '/upgrade-plans:pause-all' }),

    /** Resumes just what the emergency stop paused. */
    resumeAllPlans: (options: CallOptions = {}) =>
      request<{ plans: number }>({ ...options, method: 'POST', path: '/upgrade-plans:resume-all' }),

    cancelPlan: (planId: string, input: { reason?: string | undefined } = {}, options: CallOptions = {}) =>
      command(planId, 'cancel', input, options),
  };
}

function pathOf(planId: string): string {
  return `/upgrade-plans/${encodeURIComponent(planId)}`;
}
