// A plan's batches, agents and tasks, as the reference has them.
import type { Known } from './facts.js';

export type TaskStatus =
  | 'pending'
  | 'queued'
  | 'dispatched'
  | 'running'
  | 'completed'
  | 'failed'
  | 'cancelled'
  | 'skipped';

export interface Task {
  /** Which instance of its agent. */
  instance: number;
  status: TaskStatus;
  attempt: number;
  /** Attempts before an operator had it tried again. */
  attemptsBefore: number;
  known: Known;
  dispatchedAt: number;
  deadline: number;
  saidCompleted: boolean;
}

export interface Member {
  /** Which agent of the inventory. */
  agent: number;
  /** Its place in the plan. */
  ordinal: number;
  tasks: Task[];
  /** Whether it was its turn already. */
  visited: boolean;
  /** When it is due where it is pending again: after a pause, a failed attempt, or by an operator. */
  dueAt: number | null;
}

export const AGENT_STATES = ['failed', 'running', 'cancelled', 'pending', 'completed', 'skipped'] as const;
export type AgentState = (typeof AGENT_STATES)[number];

export interface Batch {
  status: 'pending' | 'running' | 'observing' | 'completed' | 'failed' | 'cancelled';
  members: Member[];
  allowedFailures: number;
  forgiven: number;
  promoted: boolean;
  observingUntil: number | null;
  lastOutcomeAt: number | null;
  /** Agents heard of in the observe window. */
  heard: Set<Member>;
  unconfirmed: number;
}

export interface PlanSpec {
  /** Which agents of the inventory, in order. */
  agents: readonly number[];
  batchSizes: readonly number[];
  thresholdPercent: number;
  concurrency: number;
  observeMs: number;
  gate: 'auto' | 'manual';
  maxAttempts: number;
  taskTimeoutMs: number;
  autoStart: boolean;
  /** From the creation on; null: at once. */
  startAfterMs: number | null;
}

export function isOpen({ status }: Pick<Task, 'status'>): boolean {
  return status === 'queued' || status === 'dispatched' || status === 'running';
}

/** Whether nothing of a task can change any more but by a regress or an operator. */
export function isOver({ status }: Task): boolean {
  return !isOpen({ status }) && status !== 'pending';
}

/** The first of failed, running, cancelled, pending, completed, skipped that one of its tasks is in. */
export function stateOf({ tasks }: Member): AgentState {
  const states = tasks.map((task) => (isOpen(task) ? 'running' : task.status));
  return AGENT_STATES.find((state) => states.includes(state)) ?? 'skipped';
}

export function holdsSlot({ tasks }: Member): boolean {
  return tasks.some(isOpen);
}
