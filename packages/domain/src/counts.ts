// How many agents are in which state.
import type { TaskStatus } from './task.js';

/** The classes an agent is counted in; it is in the first one, in this order, that one of its tasks is in. */
export const AGENT_STATES = ['failed', 'running', 'cancelled', 'pending', 'completed', 'skipped'] as const;

export type AgentState = (typeof AGENT_STATES)[number];

/** The class that a task of each status puts its agent in. */
export const AGENT_STATE_OF: Record<TaskStatus, AgentState> = {
  pending: 'pending',
  queued: 'running',
  dispatched: 'running',
  running: 'running',
  completed: 'completed',
  failed: 'failed',
  skipped: 'skipped',
  cancelled: 'cancelled',
};

export type AgentCounts = { agents: number } & Record<AgentState, number>;

/** @returns the sum, field by field */
export function addCounts(a: AgentCounts, b: AgentCounts): AgentCounts {
  return {
    agents: a.agents + b.agents,
    pending: a.pending + b.pending,
    running: a.running + b.running,
    completed: a.completed + b.completed,
    failed: a.failed + b.failed,
    skipped: a.skipped + b.skipped,
    cancelled: a.cancelled + b.cancelled,
  };
}

export const NO_AGENTS: AgentCounts = {
  agents: 0,
  pending: 0,
  running: 0,
  completed: 0,
  failed: 0,
  skipped: 0,
  cancelled: 0,
};
