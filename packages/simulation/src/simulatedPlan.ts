// A plan that exists only on paper: the steps that scripts take on plans in Redis, taken on numbers in memory. What is
// to be done, which state follows and how many may fail is the domain's to say, as there.
import {
  AGENT_STATE_OF,
  type AgentCounts,
  allowedFailures,
  type BatchCut,
  type BatchStatus,
  type Command,
  cutBatches,
  type Gate,
  hasEnded,
  NO_AGENTS,
  type OnThreshold,
  type PlanStatus,
  type Snapshot,
  type TaskMove,
  type TaskStatus,
  transition,
} from '@gradus/domain';
import FlatQueue from 'flatqueue';
import { createDeadlines } from './deadlines.js';
import { createDispatches } from './dispatches.js';
import type { Fate, FateOf } from './fates.js';

/** As CreateGraduatedPlan takes them; durations in milliseconds. An agent has one component instance. */
export interface PlanSettings {
  agents: number;
  cut: BatchCut;
  failureThreshold: number;
  concurrency: number;
  observeMs: number;
  taskTimeoutMs: number;
  maxAttempts: number;
  onThreshold: OnThreshold;
  gate: Gate;
}

/** What the control plane and its operators add. */
export interface ControlPlane {
  /** Lifecycle tasks a second; 0: as many as there are. */
  dispatchRate: number;
  /** From an outcome until the next agent can be handed its task: milliseconds. */
  latencyMs: number;
  /** How long a batch stands at a manual gate: milliseconds. */
  promoteAfterMs: number;
}

/** Instants are milliseconds from the plan's start. */
export interface SimulatedBatch {
  batchIndex: number;
  status: BatchStatus;
  agents: number;
  failed: number;
  allowedFailures: number;
  startedAtMs: number | null;
  completedAtMs: number | null;
}

/** What has come of the plan. */
export interface Course {
  /** `paused`: its threshold did, and all that was in flight has ended. `failed`: it is to be rolled back. */
  status: PlanStatus;
  /** When it ended, or was paused. */
  endedAtMs: number;
  counts: AgentCounts;
  /** Agents that had failed or were in flight when the threshold paused it; where it never did, that failed. */
  harmed: number;
  /** Agents that went bad after their batch was closed: nobody counted them. */
  unseen: number;
  attempts: number;
  batches: SimulatedBatch[];
}

export interface SimulatedPlan {
  snapshot: Snapshot;
  /** When the next thing happens to an agent; null where nothing will. */
  nextEventAt(): number | null;
  happen(): void;
  carryOut(command: Command, now: number): void;
  /** An operator lets the batch at its gate go on. */
  promote(): void;
  /** Whether nothing can happen to it any more. */
  isOver(): boolean;
  course(): Course;
}

const RETRY_BACKOFF_MS = 10_000;
const LONGEST_RETRY_BACKOFF_MS = 300_000;

interface Attempt {
  fate: Fate;
  dispatchedAt: number;
  endsAt: number;
}

export function createSimulatedPlan(
  settings: PlanSettings,
  controlPlane: ControlPlane,
  fateOf: FateOf,
): SimulatedPlan {
  const sizes = cutBatches(settings.agents, settings.cut);
  const statuses = new Array<TaskStatus>(settings.agents).fill('pending');
  const attemptsOf = new Uint8Array(settings.agents);
  const underWay = new Map<number, Attempt>();
  /** Ends of attempts, and crashes after them as negative numbers: both of an agent's position and 1. */
  const events = new FlatQueue<number>();
  const returns = new FlatQueue<number>();
  const deadlines = createDeadlines(settings.agents);
  const dispatchAt = createDispatches(controlPlane.dispatchRate);
  const batches = sizes.map(
    (agents, batchIndex): SimulatedBatch => ({
      batchIndex,
      status: 'pending',
      agents,
      failed: 0,
      allowedFailures: allowedFailures(settings.failureThreshold, agents),
      startedAtMs: null,
      completedAtMs: null,
    }),
  );
  let first = 0;
  let released = 0;
  let attempts = 0;
  let unseen = 0;
  let pausedAt: number | null = null;
  let endedAt = 0;
  let harmed: number | null = null;

  const plan: Snapshot['plan'] = {
    status: 'pending',
    batchCount: sizes.length,
    currentBatch: 0,
    gate: settings.gate,
    failureThreshold: settings.failureThreshold,
    concurrency: settings.concurrency,
    observeMs: settings.observeMs,
    startAt: null,
    autoStart: true,
    isRollingBack: false,
    resumedAt: null,
  };
  const snapshot: Snapshot = { plan, batch: freshBatch(sizes[0] ?? 0), unannounced: 0, withdrawals: 0 };

  const size = () => sizes[plan.currentBatch] ?? 0;
  const shown = () => batches[plan.currentBatch] as SimulatedBatch;

  function move(agent: number, event: TaskMove): void {
    statuses[agent] = transition('task', statuses[agent] ?? 'pending', event);
  }

  /** What changes with time alone. */
  function look(): void {
    snapshot.batch.open = underWay.size;
    snapshot.batch.nextDeadlineAt = deadlines.next();
    snapshot.batch.returned = returns.length;
    snapshot.batch.nextReturnAt = returns.peekValue() ?? null;
    snapshot.batch.unreleased = first + size() - released;
  }

  function release(now: number): void {
    while (underWay.size < plan.concurrency) {
      const isReturnDue = (returns.peekValue() ?? Number.POSITIVE_INFINITY) <= now;
      if (!isReturnDue && released === first + size()) return;
      const agent = isReturnDue ? (returns.pop() as number) : released++;
      move(agent, 'release');
      attempts += 1;
      const attempt = (attemptsOf[agent] ?? 0) + 1;
      attemptsOf[agent] = attempt;
      const fate = fateOf(agent, attempt);
      const dispatchedAt = dispatchAt(now + controlPlane.latencyMs);
      const endsAt = dispatchedAt + fate.pickUpMs + fate.durationMs;
      underWay.set(agent, { fate, dispatchedAt, endsAt });
      deadlines.set(agent, dispatchedAt + settings.taskTimeoutMs);
      if (fate.outcome !== 'silent') events.push(agent + 1, endsAt);
      snapshot.batch.counts.pending -= 1;
      snapshot.batch.counts.running += 1;
    }
  }

  function end(agent: number, now: number): void {
    const attempt = underWay.get(agent);
    // It was too late.
    if (attempt?.endsAt !== now) return;
    if (attempt.fate.outcome === 'failure') {
      fail(agent, now);
      return;
    }
    leave(agent, now);
    move(agent, 'prove');
    snapshot.batch.counts.completed += 1;
    const { crashAfterMs } = attempt.fate;
    if (crashAfterMs !== null) events.push(-(agent + 1), now + crashAfterMs);
  }

  function leave(agent: number, now: number): void {
    underWay.delete(agent);
    deadlines.drop(agent);
    snapshot.batch.counts.running -= 1;
    snapshot.batch.lastOutcomeAt = now;
  }

  function fail(agent: number, now: number): void {
    const attempt = attemptsOf[agent] ?? 0;
    leave(agent, now);
    if (attempt < settings.maxAttempts) {
      move(agent, 'retry');
      const backoffMs = RETRY_BACKOFF_MS * 2 ** (attempt - 1);
      returns.push(agent, now + Math.min(backoffMs, LONGEST_RETRY_BACKOFF_MS));
      snapshot.batch.counts.pending += 1;
      return;
    }
    move(agent, 'fail');
    countFailure(now);
  }

  function crash(agent: number, now: number): void {
    const isWatched = agent >= first && !hasEnded(plan.status);
    if (!isWatched) {
      unseen += 1;
      return;
    }
    move(agent, 'regress');
    const { batch } = snapshot;
    batch.counts.completed -= 1;
    batch.lastOutcomeAt = now;
    if (batch.status === 'observing') batch.observingUntil = now + plan.observeMs;
    countFailure(now);
  }

  function countFailure(now: number): void {
    const { batch } = snapshot;
    batch.counts.failed += 1;
    shown().failed += 1;
    if (batch.counts.failed <= batch.allowedFailures || plan.status !== 'running') return;
    plan.status = transition('plan', plan.status, 'trip');
    plan.isRollingBack = settings.onThreshold === 'rollback';
    pausedAt = now;
    for (const [agent, { dispatchedAt }] of underWay) if (dispatchedAt > now) hold(agent);
    harmed = batches.reduce((sum, { failed }) => sum + failed, underWay.size);
  }

  function hold(agent: number): void {
    underWay.delete(agent);
    deadlines.drop(agent);
    move(agent, 'hold');
    snapshot.batch.counts.running -= 1;
    snapshot.batch.counts.pending += 1;
  }

  function close(event: 'close' | 'fail', now: number): void {
    const { batch } = snapshot;
    batch.status = transition('batch', batch.status, event);
    Object.assign(shown(), { status: batch.status, completedAtMs: now });
    if (plan.currentBatch === plan.batchCount - 1) {
      finish('complete', now);
      return;
    }
    first += size();
    plan.currentBatch += 1;
    snapshot.batch = freshBatch(size());
  }

  function finish(event: 'complete' | 'fail', now: number): void {
    plan.status = transition('plan', plan.status, event);
    endedAt = now;
  }

  look();
  return {
    snapshot,
    nextEventAt: () => events.peekValue() ?? null,
    happen() {
      const now = events.peekValue() as number;
      const event = events.pop() as number;
      if (event > 0) end(event - 1, now);
      else crash(-event - 1, now);
      look();
    },
    carryOut(command, now) {
      const { batch } = snapshot;
      switch (command.type) {
        case 'start-plan':
          plan.status = transition('plan', plan.status, 'start');
          break;
        case 'open-batch':
          batch.status = transition('batch', batch.status, 'open');
          batch.allowedFailures = command.allowedFailures;
          Object.assign(shown(), { status: batch.status, startedAtMs: now });
          break;
        case 'release-agents':
          release(now);
          break;
        case 'sweep-batch':
          batch.sweptAt = now;
          while ((deadlines.next() ?? Number.POSITIVE_INFINITY) <= command.judgeUntil) {
            fail(deadlines.take() as number, now);
          }
          break;
        case 'observe-batch':
          batch.status = transition('batch', batch.status, 'observe');
          batch.observingUntil = command.observingUntil;
          shown().status = batch.status;
          break;
        case 'close-batch':
          close(command.event, now);
          break;
        case 'roll-back-plan':
          finish('fail', now);
          break;
        case 'announce-events':
        case 'withdraw-tasks':
        case 'retire-plan':
          break;
      }
      look();
    },
    promote() {
      snapshot.batch.promoted = true;
    },
    isOver: () =>
      hasEnded(plan.status) || (plan.status === 'paused' && !plan.isRollingBack && underWay.size === 0),
    course() {
      const counts = countAgents(statuses);
      // Whoever is on its way to go bad does so unseen.
      const later = hasEnded(plan.status) ? events.length : 0;
      return {
        status: plan.status,
        endedAtMs: pausedAt ?? endedAt,
        counts,
        harmed: harmed ?? counts.failed,
        unseen: unseen + later,
        attempts,
        batches,
      };
    },
  };
}

function freshBatch(agents: number): Snapshot['batch'] {
  return {
    status: 'pending',
    counts: { ...NO_AGENTS, agents, pending: agents },
    allowedFailures: 0,
    open: 0,
    unreleased: agents,
    returned: 0,
    nextReturnAt: null,
    nextDeadlineAt: null,
    nextOutboxAt: null,
    sweptAt: null,
    lastOutcomeAt: null,
    observingUntil: null,
    promoted: false,
  };
}

function countAgents(statuses: readonly TaskStatus[]): AgentCounts {
  const counts = { ...NO_AGENTS, agents: statuses.length };
  for (const status of statuses) counts[AGENT_STATE_OF[status]] += 1;
  return counts;
}
