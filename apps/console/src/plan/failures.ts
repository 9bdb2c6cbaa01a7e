// Which agents have failed, and of what: told by the events as they come, put right by the tasks themselves.
import type { PlanEvent, PlanTask } from '@gradus/domain';

export interface Failure {
  agentId: string;
  batchIndex: number;
  error: string;
  /** Milliseconds since 1970. */
  at: number;
}

export interface Cause {
  /** One of the texts; those that differ in numbers alone are one cause. */
  text: string;
  /** The newest first. */
  failures: Failure[];
}

const UNSAID = 'No reason was given';

/** What the same fault says of different devices. */
function kindOf(error: string): string {
  return error.replace(/[0-9a-f]{8,}/gi, '#').replace(/\d+(\.\d+)*/g, '#');
}

/** @returns the causes, the most common first */
export function causesOf(failures: readonly Failure[]): Cause[] {
  const byKind = new Map<string, Failure[]>();
  for (const failure of failures) {
    const kind = kindOf(failure.error);
    const known = byKind.get(kind);
    if (known === undefined) byKind.set(kind, [failure]);
    else known.push(failure);
  }
  return [...byKind.values()]
    .map((of) => of.toSorted((a, b) => b.at - a.at))
    .map((of) => ({ text: of[0]?.error ?? UNSAID, failures: of }))
    .sort((a, b) => b.failures.length - a.failures.length);
}

/** The failures of a plan, each agent once. */
export function createFailureBook() {
  const byAgent = new Map<string, Failure>();

  return {
    /** Takes an event of a task; an agent that is tried again has not failed. */
    note({ type, agentId, batchIndex, detail, at }: PlanEvent): void {
      if (agentId === null || batchIndex === null) return;
      if (type !== 'task.failed') byAgent.delete(agentId);
      else if (!byAgent.has(agentId)) {
        byAgent.set(agentId, { agentId, batchIndex, error: detail ?? UNSAID, at: Date.parse(at) });
      }
    },

    /** Puts a batch's failed tasks in the place of what the events have told of it. */
    replace(batchIndex: number, tasks: readonly PlanTask[]): void {
      for (const failure of byAgent.values()) {
        if (failure.batchIndex === batchIndex) byAgent.delete(failure.agentId);
      }
      for (const { agentId, error, completedAt } of tasks) {
        byAgent.set(agentId, {
          agentId,
          batchIndex,
          error: error ?? UNSAID,
          at: Date.parse(completedAt ?? '') || 0,
        });
      }
    },

    countOf(batchIndex: number): number {
      let count = 0;
      for (const failure of byAgent.values()) if (failure.batchIndex === batchIndex) count += 1;
      return count;
    },

    all: (): Failure[] => [...byAgent.values()],
  };
}
