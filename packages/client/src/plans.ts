// Upgrade plans: create, read, command.
import type {
  Batch,
  Forecast,
  Gate,
  OnThreshold,
  Plan,
  PlanStatus,
  PlanSummary,
  PlanTask,
  TaskStatus,
} from '@gradus/domain';
import { eachItem } from './pages.js';
import type { Request } from './request.js';
import type { Call, CallOptions } from './send.js';

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

/** What a command on a plan takes. */
export interface CommandOptions extends CallOptions {
  /** The revision that the plan must be at. */
  ifMatch?: number | undefined;
}

/** What a call that makes a plan takes. */
export interface MakeOptions extends CallOptions {
  /** However often the call is repeated with this key, it makes one plan. */
  idempotencyKey?: string | undefined;
  /** Answers the summary alone. */
  minimal?: boolean | undefined;
}

export interface CreateOptions extends MakeOptions {
  /** Nothing is stored: answers the plan as it would be, with a forecast. */
  dryRun?: boolean | undefined;
}

/** By whether an option is set, as far as the types know. */
type If<Options, Name extends string, Then, Else> = Name extends keyof Options
  ? [Options[Name]] extends [true]
    ? Then
    : true extends Options[Name]
      ? Then | Else
      : Else
  : Else;

type Shown<Options> = If<Options, 'minimal', PlanSummary, Plan>;

/** The calls about plans. A plan's id may be given with or without its `plan-`. */
export function planCalls(request: Request) {
  const read = <Answer>(path: string, options: CallOptions, query?: Record<string, string>) =>
    request<Answer>({ ...options, method: 'GET', path, query, isRepeatable: true });
  const command = (
    planId: string,
    verb: string,
    json: unknown,
    options: CommandOptions,
    isRepeatable = false,
  ) =>
    request<PlanSummary>({
      ...callOf(options),
      method: 'POST',
      path: `${pathOf(planId)}/${verb}`,
      json,
      // A repeat of what was done would find the plan at another revision.
      isRepeatable: isRepeatable && options.ifMatch === undefined,
    });
  const follow = <Options extends CommandOptions & MakeOptions>(
    planId: string,
    verb: string,
    options: Options | undefined,
  ) =>
    request<Shown<Options>>({
      ...callOf(options ?? {}),
      method: 'POST',
      path: `${pathOf(planId)}/${verb}`,
      isRepeatable: options?.idempotencyKey !== undefined,
    });

  return {
    /**
     * Tried again by itself only with an `idempotencyKey`, or as a dry run. Where it is not known in the end
     * whether the plan was made, repeat it with the same key.
     */
    createPlan: <Options extends CreateOptions = CallOptions>(plan: PlanInput, options?: Options) =>
      request<Shown<Options> & If<Options, 'dryRun', { forecast: Forecast }, { forecast?: undefined }>>({
        ...callOf(options ?? {}),
        method: 'POST',
        path: '/upgrade-plans',
        query: { dryRun: options?.dryRun ? 'true' : undefined },
        json: plan,
        isRepeatable: options?.dryRun === true || options?.idempotencyKey !== undefined,
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

    startPlan: (planId: string, options: CommandOptions = {}) => command(planId, 'start', undefined, options),

    pausePlan: (planId: string, input: { reason?: string | undefined } = {}, options: CommandOptions = {}) =>
      command(planId, 'pause', input, options, true),

    resumePlan: (
      planId: string,
      input: {
        failureThreshold?: number | undefined;
        concurrency?: number | undefined;
        retryFailed?: boolean | undefined;
      } = {},
      options: CommandOptions = {},
    ) => command(planId, 'resume', input, options),

    /** Without a batch index: the current batch, whichever that is by then. */
    promotePlan: (
      planId: string,
      input: { batchIndex?: number | undefined } = {},
      options: CommandOptions = {},
    ) => command(planId, 'promote', input, options, input.batchIndex !== undefined),

    /** @returns a new plan of the agents that failed in an ended one */
    retryPlan: <Options extends CommandOptions & MakeOptions = CallOptions>(
      planId: string,
      options?: Options,
    ) => follow(planId, 'retry', options),

    /** @returns a new plan that takes the agents of an ended one back */
    rollbackPlan: <Options extends CommandOptions & MakeOptions = CallOptions>(
      planId: string,
      options?: Options,
    ) => follow(planId, 'rollback', options),

    deletePlan: (planId: string, options: CommandOptions = {}) =>
      request<void>({ ...callOf(options), method: 'DELETE', path: pathOf(planId) }),

    /** The emergency stop: pauses every running plan. */
    pauseAllPlans: (options: CallOptions = {}) =>
      request<{ plans: number }>({
        ...options,
        method: 'POST',
        path: '/upgrade-plans:pause-all',
        isRepeatable: true,
      }),

    /** Resumes just what the emergency stop paused. */
    resumeAllPlans: (options: CallOptions = {}) =>
      request<{ plans: number }>({ ...options, method: 'POST', path: '/upgrade-plans:resume-all' }),

    cancelPlan: (planId: string, input: { reason?: string | undefined } = {}, options: CommandOptions = {}) =>
      command(planId, 'cancel', input, options, true),
  };
}

/** The options that every call takes, and the others as headers. */
function callOf({
  ifMatch,
  idempotencyKey,
  minimal,
  signal,
  timeoutMs,
}: CommandOptions & MakeOptions): Pick<Call, 'signal' | 'timeoutMs' | 'headers'> {
  return {
    signal,
    timeoutMs,
    headers: {
      ...(ifMatch === undefined ? {} : { 'if-match': `"${ifMatch}"` }),
      ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
      ...(minimal ? { prefer: 'return=minimal' } : {}),
    },
  };
}

/** @returns a plan's path below the base path */
export function pathOf(planId: string): string {
  return `/upgrade-plans/${encodeURIComponent(planId)}`;
}
