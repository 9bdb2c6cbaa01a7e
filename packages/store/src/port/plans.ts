// Plans, as clients and operators see them.
import type {
  Batch,
  BatchCut,
  Forecast,
  Gate,
  KeptEvent,
  OnThreshold,
  PlanEvent,
  PlanHeader,
  PlanStatus,
  PlanSummary,
  PlanTask,
  ReleaseId,
  TaskStatus,
} from '@gradus/domain';
import type { Page } from './pages.js';

export interface NewPlan {
  /** `plan-` + UUID. */
  id: string;
  name: string;
  fromVersion: string;
  toVersion: string;
  toRelease: string;
  /** Each once, in order. */
  agentIds: readonly string[];
  cut: BatchCut;
  failureThreshold: number;
  concurrency: number;
  /** Whom the plan shows as its maker: by a client's word. */
  createdBy: string;
  /** Whom its events name: who has it made. */
  actor: string;
  /** As it was given. */
  observeDuration: string;
  observeMs: number;
  startAt: number | null;
  autoStart: boolean;
  gate: Gate;
  taskTimeout: string;
  taskTimeoutMs: number;
  maxAttempts: number;
  onThreshold: OnThreshold;
}

export interface Conflict {
  agentId: string;
  planId: string;
}

/** Lists name the first 100; the counts are of all. */
export type CreatePlanResult =
  | { outcome: 'created' }
  | { outcome: 'unknown-agents'; agentIds: string[]; agentCount: number }
  | {
      outcome: 'version-mismatch';
      agents: { agentId: string; actualVersion: string | null }[];
      agentCount: number;
    }
  | { outcome: 'agents-busy'; conflicts: Conflict[]; conflictCount: number }
  | { outcome: 'unknown-release'; releases: ReleaseId[]; releaseCount: number };

/** A plan as it would be made. */
export interface Preview {
  summary: PlanSummary;
  /** Each made when it is asked for. */
  batches: AsyncIterable<OpenedBatch>;
  forecast: Forecast;
}

export type PreviewResult =
  | ({ outcome: 'previewed' } & Preview)
  | Exclude<CreatePlanResult, { outcome: 'created' }>;

/** The plan is at another revision than the client said. */
export interface Stale {
  outcome: 'stale';
  revision: number;
}

/** `unchanged`: its aim was reached already. `illegal`: the plan's state does not allow it. */
export type CommandResult =
  | { outcome: 'done' | 'unchanged' | 'illegal'; status: PlanStatus }
  | { outcome: 'not-found' }
  | Stale;

/** A plan that follows from another one. */
export interface Succession {
  /** Of the new plan: `plan-` + UUID. */
  id: string;
  /** The one that it follows from. */
  sourcePlanId: string;
  actor: string;
  /** The source's revision by the client's word; undefined where it does not matter. */
  ifRevision?: number | undefined;
  /** Until when the new plan may be made; by default as long as any. */
  leaseUntil?: number | undefined;
}

/** `nothing-to-do`: no agent of the source is one for the new plan. */
export type SuccessionResult =
  | CreatePlanResult
  | { outcome: 'illegal'; status: PlanStatus }
  | { outcome: 'not-found' | 'nothing-to-do' }
  | Stale;

/** Who gave a command, and why. */
export interface Command {
  planId: string;
  actor: string;
  reason?: string | null;
  /** The plan's revision by the client's word; undefined where it does not matter. */
  ifRevision?: number | undefined;
}

/** A batch as it was at one moment; each of its tasks is made when it is asked for, once. */
export type OpenedBatch = Omit<Batch, 'tasks'> & { tasks: Iterable<PlanTask> };

/** A plan as it was at one moment. */
export interface ReadPlan<Shown> {
  plan: Shown;
  /** Changes with everything that is shown of the plan. */
  etag: string;
}

/** The plan whose batches are still to be read, one by one. */
export interface OpenedPlan extends ReadPlan<PlanHeader> {
  batchCount: number;
}

export interface PlanEvents {
  items: PlanEvent[];
  /** Events after the one that was named are not kept any more. */
  isGapped: boolean;
}

/**
 * Plans, as clients and operators see them. Every plan id is `plan-` + UUID. Whatever is asked of one plan throws
 * NewerPlan, and does nothing, where that is a newer version's.
 */
export interface Plans {
  /**
   * Durable, with every claim, or not there at all.
   *
   * @param leaseUntil until when it may be made; by default as long as any
   */
  create(plan: NewPlan, leaseUntil?: number): Promise<CreatePlanResult>;
  /** What `create` would make, or refuse; nothing is written. */
  preview(plan: NewPlan): Promise<PreviewResult>;
  /** A new plan of the agents that failed in an ended one. */
  retry(succession: Succession): Promise<SuccessionResult>;
  /** A new plan that takes every agent that an ended one brought to its target back, last batch first. */
  rollBack(succession: Succession): Promise<SuccessionResult>;
  /**
   * The events of a plan that has ended, and is still to be retired, which nobody was told of yet: the newest of them.
   * Empty where there are none, or there is no such plan.
   */
  unannouncedOfEnded(planId: string): Promise<KeptEvent[]>;
  /** Removes an ended plan with all that is kept of it. */
  remove(planId: string, ifRevision?: number): Promise<CommandResult>;
  /**
   * The emergency stop.
   *
   * @returns how many plans it paused
   * @throws NewerPlan where it paused all but one that only a newer version can pause
   */
  pauseAll(actor: string): Promise<number>;
  /** Resumes just what the emergency stop paused. @returns which plans @throws NewerPlan as pauseAll does */
  resumeAll(actor: string): Promise<{ planId: string; currentBatch: number }[]>;
  /** @returns the tag of the plan's state, which changes with all that is shown of it; null where there is no such plan */
  readTag(planId: string): Promise<string | null>;
  readSummary(planId: string): Promise<ReadPlan<PlanSummary> | null>;
  /** For the whole plan: read the header, then each batch. */
  open(planId: string): Promise<OpenedPlan | null>;
  readBatch(planId: string, batchIndex: number): Promise<OpenedBatch | null>;
  /** @throws InvalidCursor */
  listTasks(
    planId: string,
    batchIndex: number,
    page: { status?: TaskStatus | undefined; limit: number; cursor?: string | undefined },
  ): Promise<Page<PlanTask> | null>;
  /** Oldest first. @param after the id of the event before the first that is wanted; 0 for all */
  listEvents(planId: string, page: { after: number; limit: number }): Promise<PlanEvents | null>;
  /**
   * Newest first. `leftOut`: how many plans the page would have beside its items that only a newer version can show.
   *
   * @throws InvalidCursor
   */
  list(page: {
    status?: PlanStatus | undefined;
    agentId?: string | undefined;
    limit: number;
    cursor?: string | undefined;
  }): Promise<Page<PlanSummary> & { leftOut: number }>;
  start(command: Command): Promise<CommandResult>;
  pause(command: Command): Promise<CommandResult>;
  resume(
    command: Command & {
      failureThreshold?: number | undefined;
      concurrency?: number | undefined;
      /** Has the failed agents of the current batch tried again. */
      retryFailed?: boolean | undefined;
    },
  ): Promise<CommandResult>;
  /** Without a batch index: the current batch. An index already closed changes nothing. */
  promote(command: Command & { batchIndex?: number | undefined }): Promise<CommandResult>;
  cancel(command: Command): Promise<CommandResult>;
}
