// A plan by the contract's rules alone: small, slow and plain, so that the service can be compared with it. It
// knows nothing of the code; where the contract leaves something open, "Reading:" says what is taken for right.
import { type Facts, factsOf, isBad, isBadSince, isOnTarget, type Known, learn } from './facts.js';
import {
  type Batch,
  holdsSlot,
  isOpen,
  isOver,
  type Member,
  type PlanSpec,
  stateOf,
  type Task,
} from './referenceState.js';

/** Every instant of a run is a multiple of this. */
export const TICK_MS = 5_000;
const JUDGE_GRACE_MS = 5_000;
const AWAY_MS = 30_000;
const RETRY_BASE_MS = 10_000;
const RETRY_MAX_MS = 300_000;

export type PauseKind = 'operator' | 'stop' | 'threshold';
export type CommandOutcome = 'done' | 'unchanged' | 'illegal';

export interface Attempt {
  instance: number;
  attempt: number;
}

export interface Settled {
  ended: Attempt[];
  running: Attempt[];
}

/** What an LCA said of one task. */
export interface Said extends Attempt {
  status: 'running' | 'completed' | 'failed' | 'cancelled';
}

export interface Report {
  agent: number;
  takenAt: number;
  /** By instance. */
  facts: ReadonlyMap<number, Partial<Facts>>;
  said: readonly Said[];
}

/** What a worker may find due in a plan, in the order in which it is done. */
export type Step = 'start' | 'open' | 'sweep' | 'release' | 'observe' | 'close';

/** Up to when every report that was taken is applied: nothing later is judged that one of them could speak for. */
function appliedUntil(now: number, oldestReport: number | null): number {
  return oldestReport === null ? now : Math.min(now, oldestReport - 1);
}

export class ReferencePlan {
  status: 'pending' | 'running' | 'paused' | 'completed' | 'cancelled' = 'pending';
  currentBatch = 0;
  /** Why it is paused, where it is. */
  pausedBy: PauseKind | null = null;
  /** Rises with every command that did something and every transition of the plan or a batch. */
  revision = 0;
  readonly batches: Batch[] = [];
  /** Tasks that LCAs are still to be told to drop. */
  readonly withdrawals: { member: Member; instance: number; attempt: number }[] = [];
  readonly name: string;
  private readonly spec: PlanSpec;
  private thresholdPercent: number;
  private concurrency: number;
  private resumedAt = 0;
  private sweptAt = 0;
  private readonly startAt: number;

  constructor(name: string, spec: PlanSpec, knownOf: (agent: number) => readonly Known[], now: number) {
    this.name = name;
    this.spec = spec;
    this.thresholdPercent = spec.thresholdPercent;
    this.concurrency = spec.concurrency;
    this.startAt = now + (spec.startAfterMs ?? 0);
    const members = spec.agents.map((agent, ordinal): Member => {
      const tasks = knownOf(agent).map((known, instance): Task => {
        const status = isOnTarget(factsOf(known)) ? 'skipped' : 'pending';
        const never = { dispatchedAt: 0, deadline: 0, saidCompleted: false };
        return { instance, status, attempt: 1, attemptsBefore: 0, known: { ...known }, ...never };
      });
      return { agent, ordinal, tasks, visited: false, dueAt: null };
    });
    for (const size of [...spec.batchSizes, members.length]) {
      const part = members.splice(0, size);
      if (part.length === 0) break;
      this.batches.push({
        status: 'pending',
        members: part,
        allowedFailures: this.allowedOf(part.length),
        forgiven: 0,
        promoted: false,
        observingUntil: null,
        lastOutcomeAt: null,
        heard: new Set(),
        unconfirmed: 0,
      });
    }
  }

  get batch(): Batch {
    const batch = this.batches[this.currentBatch];
    if (batch === undefined) throw new RangeError(`${this.name} has no batch ${this.currentBatch}`);
    return batch;
  }

  get members(): Member[] {
    return this.batches.flatMap(({ members }) => members);
  }

  get hasEnded(): boolean {
    return this.status === 'completed' || this.status === 'cancelled';
  }

  /** Whether outcomes count: it goes, or is paused with something under way. */
  private get isLive(): boolean {
    const { status } = this.batch;
    return !this.hasEnded && this.status !== 'pending' && (status === 'running' || status === 'observing');
  }

  private allowedOf(agents: number): number {
    return Math.floor((this.thresholdPercent * agents) / 100);
  }

  failedCount(batch = this.batch): number {
    return batch.members.filter((member) => stateOf(member) === 'failed').length;
  }

  unconfirmedOf(batch: Batch): number {
    if (batch.status !== 'observing') return batch.unconfirmed;
    const completed = batch.members.filter((member) => stateOf(member) === 'completed');
    return completed.filter((member) => !batch.heard.has(member)).length;
  }

  // What operators do.

  start(): CommandOutcome {
    if (this.status === 'running') return 'unchanged';
    if (this.status !== 'pending') return 'illegal';
    this.status = 'running';
    this.revision += 1;
    return 'done';
  }

  pause(kind: PauseKind): CommandOutcome {
    if (this.status === 'paused') return 'unchanged';
    if (this.status !== 'running') return 'illegal';
    this.status = 'paused';
    this.pausedBy = kind;
    this.revision += 1;
    this.batch.observingUntil = null;
    for (const member of this.batch.members) {
      for (const task of member.tasks.filter(({ status }) => status === 'queued')) {
        task.status = 'pending';
        member.dueAt ??= 0;
      }
    }
    return 'done';
  }

  /** @param only resumes only what was paused so */
  resume(
    now: number,
    given: { thresholdPercent?: number; concurrency?: number; retryFailed?: boolean },
    only?: PauseKind,
  ): CommandOutcome {
    if (this.status === 'running') return 'unchanged';
    if (this.status !== 'paused') return 'illegal';
    if (only !== undefined && this.pausedBy !== only) return 'unchanged';
    if (this.pausedBy === 'threshold') this.batch.forgiven = this.failedCount();
    this.concurrency = given.concurrency ?? this.concurrency;
    if (given.thresholdPercent !== undefined) {
      this.thresholdPercent = given.thresholdPercent;
      for (const batch of this.batches.slice(this.currentBatch)) {
        batch.allowedFailures = this.allowedOf(batch.members.length);
      }
    }
    if (given.retryFailed === true) this.retryFailed(now);
    this.status = 'running';
    this.pausedBy = null;
    this.resumedAt = now;
    this.revision += 1;
    // Reading: a window that had passed already (the batch waited at its gate) begins anew too.
    if (this.batch.status === 'observing') this.beginWindow(now);
    if (this.batch.status !== 'pending') this.judge();
    return 'done';
  }

  private retryFailed(now: number): void {
    const failed = this.batch.members.filter((member) => stateOf(member) === 'failed');
    if (failed.length === 0) return;
    for (const member of failed) {
      for (const task of member.tasks.filter(({ status }) => status === 'failed')) {
        // Reading: the attempts so far do not count against maxAttempts, nor for the backoff.
        task.attemptsBefore = task.attempt;
        this.nextAttempt(task);
      }
      member.dueAt = Math.max(member.dueAt ?? 0, now);
    }
    this.batch.forgiven = 0;
    this.batch.status = 'running';
    this.batch.observingUntil = null;
    // What was promoted has changed since.
    this.batch.promoted = false;
  }

  promote(named: number | undefined): CommandOutcome {
    // Reading: a plan that has ended has no current batch to promote; one that is named may be closed.
    if (this.hasEnded && named === undefined) return 'illegal';
    const batchIndex = named ?? this.currentBatch;
    if (batchIndex > this.currentBatch) return 'illegal';
    const status = this.batches[batchIndex]?.status;
    if (status === 'completed' || status === 'failed') return 'unchanged';
    if (status !== 'observing') return 'illegal';
    if (this.batch.promoted) return 'unchanged';
    this.batch.promoted = true;
    this.revision += 1;
    return 'done';
  }

  cancel(): CommandOutcome {
    if (this.status === 'cancelled') return 'unchanged';
    if (this.status === 'completed') return 'illegal';
    for (const member of this.members) {
      for (const task of member.tasks.filter((task) => !isOver(task))) {
        if (task.status === 'dispatched' || task.status === 'running') this.withdraw(member, task);
        task.status = 'cancelled';
      }
    }
    for (const batch of this.batches) {
      if (batch.status !== 'completed' && batch.status !== 'failed') batch.status = 'cancelled';
    }
    this.status = 'cancelled';
    this.pausedBy = null;
    this.revision += 1;
    return 'done';
  }

  // What workers do, each where it is due.

  /** What is due now, null where nothing is. @param oldestReport when the oldest that waits was taken */
  due(now: number, oldestReport: number | null): Step | null {
    if (this.hasEnded) return null;
    if (this.status === 'pending') return this.spec.autoStart && now >= this.startAt ? 'start' : null;
    const isRunning = this.status === 'running';
    if (this.batch.status === 'pending') return isRunning ? 'open' : null;
    if (this.overdue(now, oldestReport).length > 0) return 'sweep';
    if (!isRunning) return null;
    if (this.batch.status === 'running') {
      if (this.openMembers().length < this.concurrency && this.next(now) !== null) return 'release';
      return this.isSettled() ? 'observe' : null;
    }
    return this.isCloseable(now, oldestReport) ? 'close' : null;
  }

  startWhenDue(now: number): void {
    if (this.due(now, null) === 'start') this.start();
  }

  open(now: number): void {
    if (this.due(now, null) !== 'open') return;
    this.batch.status = 'running';
    this.sweptAt = now;
    this.revision += 1;
  }

  /** Judges deadlines: never one that a report may have kept which still waits to be applied. */
  sweep(now: number, oldestReport: number | null): void {
    if (!this.isLive) return;
    const awayMs = now - this.sweptAt;
    if (awayMs > AWAY_MS) for (const { task } of this.openTasks()) task.deadline += awayMs;
    this.sweptAt = now;
    const overdue = this.overdue(now, oldestReport);
    for (const { member, task } of overdue) {
      this.withdraw(member, task);
      this.fail(member, task, now);
    }
    if (overdue.length === 0) return;
    this.judge();
    this.release(now);
  }

  private overdue(now: number, oldestReport: number | null) {
    const judgeUntil = Math.min(now - JUDGE_GRACE_MS, appliedUntil(now, oldestReport));
    return this.openTasks().filter(({ task }) => task.status !== 'queued' && task.deadline <= judgeUntil);
  }

  release(now: number): void {
    if (this.status !== 'running' || this.batch.status !== 'running') return;
    // Reading: within one step an agent that holds a slot already uses another one up.
    let free = this.concurrency - this.openMembers().length;
    for (let member = this.next(now); member !== null && free > 0; member = this.next(now)) {
      member.visited = true;
      member.dueAt = null;
      for (const task of member.tasks) {
        if (task.status === 'skipped' && !isOnTarget(factsOf(task.known))) task.status = 'pending';
      }
      const released = member.tasks.filter(({ status }) => status === 'pending');
      for (const task of released) task.status = 'queued';
      if (released.length > 0) free -= 1;
    }
  }

  /**
   * Reading: who is pending again comes first, by when it was due and then by its place as a text; then the
   * others in the plan's order.
   */
  private next(now: number): Member | null {
    const { members } = this.batch;
    const [again] = members
      .flatMap((member) =>
        member.dueAt !== null && member.dueAt <= now ? [{ member, at: member.dueAt }] : [],
      )
      .sort((a, b) => a.at - b.at || (String(a.member.ordinal) < String(b.member.ordinal) ? -1 : 1));
    return again?.member ?? members.find(({ visited }) => !visited) ?? null;
  }

  private openMembers(): Member[] {
    return this.batch.members.filter(holdsSlot);
  }

  private openTasks() {
    return this.batch.members.flatMap((member) =>
      member.tasks.filter(isOpen).map((task) => ({ member, task })),
    );
  }

  private isSettled(): boolean {
    return this.batch.members.every(
      (member) => member.visited && member.dueAt === null && !holdsSlot(member),
    );
  }

  private isAllSkipped(): boolean {
    return this.batch.members.every((member) => stateOf(member) === 'skipped');
  }

  /** The window counts from the last outcome, or from a resume after it. */
  observe(now: number): void {
    if (this.due(now, null) !== 'observe') return;
    const from = Math.max(this.batch.lastOutcomeAt ?? now, this.resumedAt);
    this.batch.status = 'observing';
    this.batch.observingUntil = this.isAllSkipped() ? now : from + this.spec.observeMs;
    this.batch.heard.clear();
    this.revision += 1;
  }

  /** Reading: to be heard of is to report facts, by a report taken in the window, or while it is interrupted. */
  private isInWindow(takenAt: number): boolean {
    const { status, observingUntil } = this.batch;
    return status === 'observing' && takenAt >= (observingUntil ?? 0) - this.spec.observeMs;
  }

  private beginWindow(now: number): void {
    this.batch.observingUntil = now + this.spec.observeMs;
    this.batch.heard.clear();
  }

  private isCloseable(now: number, oldestReport: number | null): boolean {
    const { promoted, observingUntil } = this.batch;
    if (promoted) return true;
    if (observingUntil === null || appliedUntil(now, oldestReport) < observingUntil) return false;
    const isLast = this.currentBatch === this.batches.length - 1;
    return this.spec.gate === 'auto' || isLast || this.isAllSkipped();
  }

  /** @param failed the count that the worker decided on */
  close(now: number, failed: number, oldestReport: number | null): void {
    if (this.due(now, oldestReport) !== 'close' || failed !== this.failedCount()) return;
    const { batch } = this;
    batch.unconfirmed = this.unconfirmedOf(batch);
    batch.status = this.failedCount() > batch.allowedFailures ? 'failed' : 'completed';
    this.revision += 1;
    if (this.currentBatch < this.batches.length - 1) this.currentBatch += 1;
    else this.status = 'completed';
  }

  /** The attempt's lifecycle task goes into its LCA's mailbox. @returns whether it was queued */
  dispatch(member: Member, instance: number, attempt: number, now: number): boolean {
    const task = member.tasks[instance];
    if (task?.attempt !== attempt || task.status !== 'queued') return false;
    task.status = 'dispatched';
    task.dispatchedAt = now;
    task.deadline = now + this.spec.taskTimeoutMs;
    return true;
  }

  /** @returns the attempts that its LCA is to be handed no more, and those that it has */
  report({ agent, takenAt, facts, said }: Report, now: number): Settled {
    const member = this.members.find((one) => one.agent === agent);
    if (member === undefined) throw new RangeError(`${this.name} does not have agent ${agent}`);
    for (const [instance, part] of facts) {
      const task = member.tasks[instance];
      if (task !== undefined) learn(task.known, part, takenAt);
    }
    const counts = this.isLive && this.batch.members.includes(member);
    const openBefore = member.tasks.filter(isOpen).map(({ instance, attempt }) => ({ instance, attempt }));
    const failedBefore = this.failedCount();
    if (counts) {
      for (const one of said) this.take(member, one, facts.get(one.instance) ?? {}, now);
      this.watch(member, now);
      if (facts.size > 0 && this.isInWindow(takenAt)) this.batch.heard.add(member);
      this.judge();
      // Reading: a regress is an outcome, from which the window counts anew.
      const isObserved = this.status === 'running' && this.batch.status === 'observing';
      if (isObserved && this.failedCount() > failedBefore) this.beginWindow(now);
      this.release(now);
    }
    const isStillOpen = ({ instance, attempt }: Attempt) => {
      const task = member.tasks[instance];
      return counts && task?.attempt === attempt && !isOver(task);
    };
    const over = said.filter((one) => one.status !== 'running' && !isStillOpen(one));
    return {
      ended: [...over, ...openBefore.filter((one) => counts && !isStillOpen(one))],
      running: said.filter((one) => !over.includes(one)),
    };
  }

  private take(member: Member, said: Said, facts: Partial<Facts>, now: number): void {
    const task = member.tasks[said.instance];
    // An earlier attempt changes runtime facts only, and so does a task that waits or is over.
    if (task === undefined || task.attempt !== said.attempt || !isOpen(task)) return;
    if (said.status === 'running') task.status = 'running';
    else if (said.status !== 'completed') this.fail(member, task, now);
    else if (facts.actualVersion !== undefined && facts.actualRelease !== undefined) {
      if (isOnTarget(facts) && !isBad(facts)) this.complete(task, now);
      else this.fail(member, task, now);
    } else {
      task.status = 'running';
      task.saidCompleted = true;
    }
  }

  private watch(member: Member, now: number): void {
    for (const task of member.tasks) {
      if (task.saidCompleted && isOpen(task)) {
        if (isBadSince(task.dispatchedAt, task.known)) this.fail(member, task, now);
        else if (isOnTarget(factsOf(task.known))) this.complete(task, now);
      }
      const isWell = isOnTarget(factsOf(task.known)) && !isBadSince(task.dispatchedAt, task.known);
      if (task.status === 'completed' && !isWell) {
        task.status = 'failed';
        this.batch.lastOutcomeAt = now;
      }
    }
  }

  private complete(task: Task, now: number): void {
    task.status = 'completed';
    this.batch.lastOutcomeAt = now;
  }

  private fail(member: Member, task: Task, now: number): void {
    const tries = task.attempt - task.attemptsBefore;
    if (tries >= this.spec.maxAttempts) {
      task.status = 'failed';
      this.batch.lastOutcomeAt = now;
      return;
    }
    this.nextAttempt(task);
    const dueAt = now + Math.min(RETRY_BASE_MS * 2 ** (tries - 1), RETRY_MAX_MS);
    member.dueAt = Math.max(member.dueAt ?? 0, dueAt);
  }

  private nextAttempt(task: Task): void {
    task.status = 'pending';
    task.attempt += 1;
    task.saidCompleted = false;
  }

  private withdraw(member: Member, { instance, attempt }: Task): void {
    this.withdrawals.push({ member, instance, attempt });
  }

  /** Pauses at once where more agents have failed than are allowed and forgiven. */
  private judge(): void {
    const { allowedFailures, forgiven } = this.batch;
    if (this.failedCount() - forgiven <= allowedFailures || this.pausedBy === 'threshold') return;
    if (this.pause('threshold') === 'done') return;
    this.pausedBy = 'threshold';
    this.revision += 1;
  }
}
