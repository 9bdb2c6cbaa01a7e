// What the rest of Gradus may ask of its store. Nothing above this package knows that it is Redis.
import type {
  Agent,
  AgentInput,
  Artifact,
  Batch,
  BatchCut,
  ComponentFacts,
  Forecast,
  Gate,
  KeptEvent,
  Lca,
  LcaInput,
  LifecycleTask,
  OnThreshold,
  PlanEvent,
  PlanEventType,
  PlanHeader,
  PlanStatus,
  PlanSummary,
  PlanTask,
  Release,
  ReleaseId,
  Snapshot,
  TaskOrder,
  TaskReport,
  TaskStatus,
} from '@gradus/domain';

/** One page of a listing; the cursor is opaque, null at the end. */
export interface Page<Item> {
  items: Item[];
  nextCursor: string | null;
}

/** A cursor that no listing of ours gave. */
export class InvalidCursor extends Error {
  readonly code = 'invalid-cursor';
  constructor() {
    super('the cursor is not one that this listing gave');
    this.name = 'InvalidCursor';
  }
}

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
  batches: AsyncIterable<Batch>;
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
  readSummary(planId: string): Promise<ReadPlan<PlanSummary> | null>;
  /** For the whole plan: read the header, then each batch. */
  open(planId: string): Promise<OpenedPlan | null>;
  readBatch(planId: string, batchIndex: number): Promise<Batch | null>;
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

/** What kind of pause a plan is in: by an operator, the emergency stop, or its threshold. */
export const PAUSE_KINDS = ['operator', 'stop', 'threshold', 'rollback'] as const;
export type PauseKind = (typeof PAUSE_KINDS)[number];

/** Why an attempt at a task failed. */
export const FAILURE_REASONS = [
  'reported',
  'cancelled-by-lca',
  'bad-instance',
  'off-target',
  'timeout',
  'not-confirmed',
  'regressed',
] as const;
export type FailureReason = (typeof FAILURE_REASONS)[number];

/**
 * What a step has brought about, told once by the process whose step it was: an event of a plan or a batch, or what
 * became of an attempt at a task. `task.retried`: it failed, and another will follow.
 */
export type Occurrence =
  | { type: Exclude<PlanEventType, `task.${string}` | 'plan.paused'> }
  | { type: 'plan.paused'; by: PauseKind }
  | { type: 'task.dispatched'; sinceReleaseMs?: number }
  | {
      type: 'task.completed' | 'task.failed' | 'task.retried';
      /** Absent where it completed. */
      reason?: FailureReason;
      /** Absent where the attempt had ended once before, as one that regressed had. */
      sinceReleaseMs?: number;
      sinceDispatchMs?: number;
    };

/** The plans that are kept, counted. */
export interface PlansOverview {
  /** Those that have not ended, by status, and how many have. */
  plans: Record<'pending' | 'running' | 'paused' | 'ended', number>;
  paused: Record<PauseKind, number>;
  /** The longest that one of the running plans has been without an outcome while its batch has some to come. */
  longestSilenceMs: number;
  /** When it was taken: milliseconds since 1970. */
  takenAt: number;
}

/** How all plans stand, from the last look at each of them: to be read often, at the cost of one key. */
export interface Overview {
  /** Keeps what a look at every active plan has seen. */
  keep(active: Active, now: number): Promise<void>;
  /** @returns null where nobody has looked yet */
  read(): Promise<PlansOverview | null>;
}

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
  /** Judges deadlines up to `judgeUntil`; gives what waits in the outbox for too long. */
  sweepBatch(
    planId: string,
    batchIndex: number,
    now: number,
    judgeUntil: number,
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

/** Facts of an instance that the inventory knows. */
export interface ResolvedFacts {
  componentInstanceUuid: string;
  runtimeStatus: string | null;
  actualVersion: string | null;
  actualRelease: string | null;
}

export type PutAgentResult =
  | { outcome: 'created' | 'updated'; agent: Agent }
  | { outcome: 'busy'; planId: string };

/** How many component instances run the same. */
export interface VersionCount {
  componentName: string;
  /** null: it has not said. */
  actualVersion: string | null;
  actualRelease: string | null;
  instances: number;
}

export interface Inventory {
  put(agentId: string, input: AgentInput): Promise<PutAgentResult>;
  /** Many at once, each for itself; answers in their order. */
  putMany(agents: { agentId: string; input: AgentInput }[]): Promise<PutAgentResult[]>;
  get(agentId: string): Promise<Agent | null>;
  /** By agentId. @throws InvalidCursor */
  list(page: {
    lcaUuid?: string | undefined;
    version?: string | undefined;
    limit: number;
    cursor?: string | undefined;
  }): Promise<Page<Agent>>;
  /** What the whole fleet runs, the most common first: costs what there are versions, not agents. */
  countVersions(): Promise<{ agents: number; items: VersionCount[] }>;
  remove(
    agentId: string,
  ): Promise<{ outcome: 'removed' | 'not-found' } | { outcome: 'busy'; planId: string }>;
  /**
   * Changes what is to be known of the agent, in a plan or not.
   *
   * @returns whether the inventory knows it
   */
  changeAttributes(
    agentId: string,
    change: (attributes: Record<string, string>) => Record<string, string>,
  ): Promise<boolean>;
  /** @returns the newest plan of the agent; null where it was in none, or that is deleted or a newer version's */
  planOf(agentId: string): Promise<{
    planId: string;
    status: PlanStatus;
    /** Whether its batch is the one that is being executed. */
    isInCurrentBatch: boolean;
  } | null>;
  /** @returns the owner of each agent that the inventory knows */
  lcasOf(agentIds: readonly string[]): Promise<Map<string, string>>;
  /** Takes newer facts; says in which plan the agent is. */
  recordFacts(report: {
    agentId: string;
    lcaUuid: string;
    takenAt: number;
    components: ComponentFacts[];
  }): Promise<
    | {
        outcome: 'recorded';
        components: ResolvedFacts[];
        plan: { planId: string; agentOrdinal: number } | null;
      }
    | { outcome: 'unknown-agent' }
  >;
}

export interface TakenWork {
  tasks: TaskOrder[];
  /** Lifecycle task uuids. */
  cancel: string[];
  /** Of those tasks whose dispatch was traced: its `traceparent`. */
  traces: string[];
  /** Milliseconds since 1970, null where nothing waits for its time. */
  nextDueAt: number | null;
}

/** An artifact as it is kept. */
export interface StoredArtifact extends Omit<Artifact, 'url'> {
  /** Where it lies; null where Gradus keeps it. */
  url: string | null;
  /** What its content goes by among the kept files; null where it lies elsewhere. */
  contentKey: string | null;
}

export interface StoredRelease extends Omit<Release, 'artifacts'> {
  artifacts: StoredArtifact[];
}

/** `dropped`: what the release had before and has no more. */
export type PutReleaseResult =
  | { outcome: 'created' | 'updated'; release: StoredRelease; dropped: StoredArtifact[] }
  | { outcome: 'in-use'; planId: string };

/** What there is to be installed. */
export interface Releases {
  /**
   * Nothing changes of a release that a plan has used, also where it was removed since: to be told the same again is
   * no change.
   *
   * @param artifactsOf given what is there, as often as somebody else changes it meanwhile
   */
  put(
    id: ReleaseId,
    artifactsOf: (before: readonly StoredArtifact[]) => readonly StoredArtifact[],
  ): Promise<PutReleaseResult>;
  get(id: ReleaseId): Promise<StoredRelease | null>;
  /** By component, version and release, as texts. @throws InvalidCursor */
  list(page: {
    componentName?: string | undefined;
    limit: number;
    cursor?: string | undefined;
  }): Promise<Page<StoredRelease>>;
  /** Not while a plan that has not ended has it for its target. */
  remove(
    id: ReleaseId,
  ): Promise<
    | { outcome: 'removed'; dropped: StoredArtifact[] }
    | { outcome: 'not-found' }
    | { outcome: 'in-use'; planId: string }
  >;
  /** @returns what the contents of all artifacts go by */
  contentKeys(): Promise<Set<string>>;
}

/** What lifecycle tasks' targets are made of. */
export interface Targets {
  /** @returns the artifacts of the task's target; null where it is no release */
  artifactsOf(task: TaskOrder): Promise<readonly StoredArtifact[] | null>;
  /**
   * @param origin where the LCA reaches the api
   * @returns the tasks with what their targets are made of
   */
  equip(lcaUuid: string, tasks: readonly TaskOrder[], origin: string): Promise<LifecycleTask[]>;
}

/** How the last task ended that a device has carried out, by its own word. */
export interface DeviceWord {
  lifecycleTaskUuid: string;
  status: 'completed' | 'failed';
  error: string | null;
  /** Milliseconds since 1970. */
  at: number;
  /** The plan that the task was of; null where it was not known any more. */
  planId: string | null;
}

/** What is remembered of an LCA that is one device. */
export interface DeviceMemory {
  /** When it last said what it is, in milliseconds since 1970; null for never. */
  configAt: number | null;
  said: DeviceWord | null;
}

/** What an LCA that does one thing at a time is to do. */
export interface Offer {
  /** To be carried out; where there are several, what runs comes first. */
  tasks: TaskOrder[];
  /** Of these, what the LCA has said to run. */
  running: string[];
  /** To be dropped, before anything is begun. */
  cancel: string | null;
  /** Withdrawn, and not ended as far as is known. */
  dropped: string[];
  /** It goes on with what was withdrawn: nothing new is to be begun. */
  isBlocked: boolean;
  device: DeviceMemory;
}

/** What waits for each LCA. */
export interface Mailboxes {
  /**
   * @param traceparent of the dispatch, where that is traced
   * @returns whether it is to be pushed to its LCA
   */
  putTask(lcaUuid: string, task: TaskOrder, now: number, traceparent?: string): Promise<boolean>;
  /** Hands out what is due, at least once; says when there will be something again though nothing new comes. */
  take(lcaUuid: string, now: number, limit: number): Promise<TakenWork>;
  /** What was taken did not reach the LCA, as far as is known: it is handed out again at that instant. */
  giveBack(
    lcaUuid: string,
    given: { tasks: readonly string[]; cancel: readonly string[] },
    dueAt: number,
  ): Promise<void>;
  /** @returns the task where the mailbox has it, handed out or not */
  find(lcaUuid: string, lifecycleTaskUuid: string): Promise<TaskOrder | null>;
  /**
   * What an LCA that does one thing at a time is to do; nothing is handed out by that.
   *
   * @param cancelTimeoutMs a cancellation that is not answered for so long is offered no more
   */
  offer(lcaUuid: string, now: number, cancelTimeoutMs: number): Promise<Offer>;
  /** Hands one task out. @returns whether the mailbox has it */
  handOut(lcaUuid: string, lifecycleTaskUuid: string, now: number): Promise<boolean>;
  /** It goes on with a task that was withdrawn: for `goesOnMs` nothing new is begun, unless it ends before. */
  refuseCancel(lcaUuid: string, lifecycleTaskUuid: string, now: number, goesOnMs: number): Promise<void>;
  rememberDevice(lcaUuid: string, memory: Partial<DeviceMemory>): Promise<void>;
  /**
   * `running`: hand it out less often. `ended`: no more.
   *
   * @param isTraced whether it is of interest how its dispatch was traced
   * @returns the dispatch's `traceparent`; null where it has none, or it is of no interest
   */
  settle(
    lcaUuid: string,
    lifecycleTaskUuid: string,
    outcome: 'running' | 'ended',
    now: number,
    isTraced?: boolean,
  ): Promise<string | null>;
  /**
   * Resolves when something has come for the LCA, when `waitMs` have passed or the signal aborts. A notice
   * that was missed costs the rest of the wait, never a task.
   *
   * @param ready called once listening has begun, to look for what came before; true ends the wait at once
   */
  waitForWork(
    lcaUuid: string,
    waitMs: number,
    signal: AbortSignal,
    ready: () => Promise<boolean>,
  ): Promise<void>;
}

/** Where an LCA is pushed to. */
export interface PushTarget extends LcaInput {
  /** Milliseconds since 1970; with each change another. */
  registeredAt: number;
  /** Until when nothing is pushed; null where the last push was taken. */
  retryAt: number | null;
}

/** LCAs that are pushed what is for them, because they cannot ask. */
export interface Lcas {
  put(
    lcaUuid: string,
    input: LcaInput,
    registeredBy: string,
  ): Promise<{ outcome: 'created' | 'updated'; lca: Lca }>;
  get(lcaUuid: string): Promise<Lca | null>;
  /** @returns whether there was one */
  remove(lcaUuid: string): Promise<boolean>;
  target(lcaUuid: string): Promise<PushTarget | null>;
  /**
   * @param registeredAt of the target that it was pushed to; where that is another one by now, it is nothing
   * @param fault why it was not taken; null where it was
   * @returns when it is tried again; null where it was taken
   */
  notePush(lcaUuid: string, registeredAt: number, fault: string | null): Promise<number | null>;
  /**
   * Looks at some of them, in their order.
   *
   * @param after where the last look ended; empty to begin with
   * @returns those with something that is due for long, and where to go on
   */
  leftWaiting(after: string, limit: number): Promise<{ lcaUuids: string[]; next: string }>;
}

/** Browser sessions: a random id stands for what was said of who signed in. */
export interface Sessions {
  /** @returns the new session's id */
  begin(content: string, ttlMs: number): Promise<string>;
  /** @returns the content that it was begun with, null where there is no such session */
  read(sessionId: string): Promise<string | null>;
  end(sessionId: string): Promise<void>;
}

/** A request that is to be carried out once, however often it is sent. */
export interface KeyedRequest {
  /** Who asks. */
  subject: string;
  /** What for; with the subject and the key it names the request. */
  route: string;
  key: string;
  /** What is asked for, the same text for the same. */
  body: string;
}

/**
 * `begun`: make the plan of this id, and say how it ended. `made`: it is there, or was. `reused`: the key was sent
 * with another body.
 */
export type Begun =
  | { outcome: 'begun'; planId: string; leaseUntil: number }
  | { outcome: 'made'; planId: string }
  | { outcome: 'in-progress' | 'reused' };

/** Which plan an idempotency key has made; remembered for a day. */
export interface Idempotency {
  begin(request: KeyedRequest): Promise<Begun>;
  /** The plan was made. */
  keep(request: KeyedRequest, planId: string): Promise<void>;
  /**
   * `refused`: the key is forgotten. `given-back`: it is not known how it ended, and a repeat may find out. Where
   * Redis is away this happens once it is back; fails for nothing.
   */
  letGo(request: KeyedRequest, planId: string, how: 'refused' | 'given-back'): Promise<void>;
}

export interface Store {
  plans: Plans;
  steps: PlanSteps;
  overview: Overview;
  inventory: Inventory;
  mailboxes: Mailboxes;
  releases: Releases;
  targets: Targets;
  lcas: Lcas;
  sessions: Sessions;
  idempotency: Idempotency;
  /**
   * To be called before writing.
   *
   * @returns resolves once as many replicas as are demanded have all that was written, and read, through the store
   *   since then; throws where that is not known in time
   */
  watchWrites(): () => Promise<void>;
  /** Milliseconds since 1970 by Redis' clock, so that all processes agree. */
  now(): number;
  /** @throws where Redis does not answer */
  ping(): Promise<void>;
  /** Which of its connections stand at this moment. */
  connected(): Record<string, boolean>;
  /** What is configured so that plans could be lost; empty where all is well. */
  durabilityWarnings(): Promise<string[]>;
  close(): Promise<void>;
}

/** Redis could not be reached, or did not answer in time. */
export class StoreUnavailable extends Error {
  readonly code = 'unavailable';
  constructor(cause: unknown) {
    super('the store cannot be reached', { cause });
    this.name = 'StoreUnavailable';
  }
}

/** The plan was made by a newer version than this process is: it was left alone, whatever was to be done to it. */
export class NewerPlan extends Error {
  readonly code = 'newer-plan';
  readonly planId: string;
  /** The layout that it has in the store. */
  readonly schema: number;
  /** That it has ended means the same in every version; any other state may be one that only a newer one knows. */
  readonly status: PlanStatus;
  constructor(planId: string, schema: number, status: PlanStatus) {
    super(`${planId} is of schema ${schema}, which only a newer version knows`);
    this.name = 'NewerPlan';
    this.planId = planId;
    this.schema = schema;
    this.status = status;
  }
}

/** A newer version has the data, and cannot share them with this one. */
export class NewerStore extends Error {
  readonly code = 'newer-store';
  constructor(schema: number, known: number) {
    super(
      `a newer version of Gradus works on these data: they are of schema ${schema}, and this version knows ${known}. Run the newer version`,
    );
    this.name = 'NewerStore';
  }
}
