// Plans, as the workers drive them.
import type { KeptEvent, PlanStatus, Snapshot, TaskOrder, TaskReport } from '@gradus/domain';
import type { NewerPlan } from './errors.js';
import type { ResolvedFacts } from './inventory.js';
import type { PauseKind } from './occurrences.js';

/** A task that is to be dispatched: its job's data. */
export interface DispatchOrder {
  planId: string;
  batchIndex: number;
  agentId: string;
  lifecycleTaskUuid: string;
  lcaUuid: string;
  /** Its place in the plan's outbox. */
  outboxEntry: string;
  /** Milliseconds since 1970; a task that is released again has another. */
  releasedAt: number;
}

/** What an atomic step on a running batch leaves to be done outside it. */
export interface Effects {
  released: DispatchOrder[];
  /** The batch's job should look at once: something is due that this step did not do. */
  lookNow: boolean;
}

export interface AppliedReport extends Effects {
  /** The batch that the agent is in. */
  batchIndex: number;
  /** Per lifecycle task uuid of the report, what its mailbox should do. */
  mailbox: { lifecycleTaskUuid: string; outcome: 'running' | 'ended' }[];
}

/** A plan that has not been retired. */
export interface ActivePlan {
  planId: string;
  status: PlanStatus;
  currentBatch: number;
  startAt: number | null;
  autoStart: boolean;
  /** Null where it is not paused. */
  pausedBy: PauseKind | null;
  /** Since when its batch has had agents to upgrade and no outcome; null where there is nothing to come. */
  silentSince: number | null;
  /** Events of the plan and its batches that nobody was told of yet. */
  unannounced: number;
}

/** The next events of a plan that somebody is to be told of, oldest first. */
export interface Unannounced {
  events: KeptEvent[];
  /** To be handed back once it is certain that all of them will be told. */
  upTo: { event: number; revision: number };
  /** Whether there were no more. */
  isAll: boolean;
}

/** Every plan that has not been retired; of those that only a newer version knows, no more than that. */
export interface Active {
  known: ActivePlan[];
  newer: NewerPlan[];
}

/**
 * Plans, as the workers drive them. Each call is one atomic step, and nothing when repeated. Each that is given one
 * plan throws NewerPlan, and does nothing, where that is a newer version's.
 */
export interface PlanSteps {
  /** Plans that have not been retired, with those whose making was broken off already cleared away. */
  listActive(): Promise<Active>;
  snapshot(planId: string): Promise<Snapshot | null>;
  startPlan(planId: string, now: number): Promise<void>;
  /** Nothing where the plan's threshold is another one by now. */
  openBatch(
    planId: string,
    batchIndex: number,
    limit: { failureThreshold: number; allowedFailures: number },
    now: number,
  ): Promise<void>;
  releaseAgents(planId: string, batchIndex: number, now: number): Promise<Effects>;
  /**
   * Judges deadlines; gives what waits in the outbox for too long.
   *
   * @param until the instants up to which deadlines are judged, and up to which a task that was released has had its
   *   turn to be dispatched
   */
  sweepBatch(
    planId: string,
    batchIndex: number,
    now: number,
    until: { judgeUntil: number; dispatchedUntil: number },
  ): Promise<Effects & { overdue: DispatchOrder[] }>;
  observeBatch(planId: string, batchIndex: number, observingUntil: number, now: number): Promise<void>;
  closeBatch(
    planId: string,
    batchIndex: number,
    how: { event: 'close' | 'fail'; failed: number },
    now: number,
  ): Promise<void>;
  /**
   * Ends a plan that its threshold has rolled back, and has its claims pass to the plan that does so.
   *
   * @returns that plan's id; null where there is nothing to roll back
   * @throws StoreUnavailable also where somebody else is just at it
   */
  rollBackPlan(planId: string, now: number): Promise<string | null>;
  /** Tells LCAs which of their tasks the plan has dropped. @returns those that are to be pushed it */
  withdrawTasks(planId: string): Promise<string[]>;
  /** @returns null where there is no such plan */
  unannounced(planId: string): Promise<Unannounced | null>;
  /** Those up to there are not given again. Repeated, or after a later one, it is nothing. */
  noteAnnounced(planId: string, upTo: Unannounced['upTo']): Promise<void>;
  retirePlan(planId: string): Promise<void>;
  /** Deletes plans that ended before that instant, some at a time; a newer version's are kept. @returns which */
  deleteEndedBefore(instantMs: number): Promise<string[]>;
  /** queued → dispatched. @returns null where the task is not to be dispatched any more */
  dispatchTask(order: DispatchOrder, now: number): Promise<TaskOrder | null>;
  /** After the mailbox has it. */
  clearOutbox(order: DispatchOrder): Promise<void>;
  /**
   * Takes the facts into the plan's tasks, then the outcomes, and releases what has become free.
   *
   * @returns null where the plan does not have the agent, or is a newer version's and has ended
   */
  applyReport(report: {
    planId: string;
    agentOrdinal: number;
    agentId: string;
    takenAt: number;
    now: number;
    components: ResolvedFacts[];
    tasks: TaskReport[];
  }): Promise<AppliedReport | null>;
}
