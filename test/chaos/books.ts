// The fleet's own books: what its LCAs took, said and ran, whatever the control plane thinks of it.

/** Instants are milliseconds since 1970, by the clock of the machine. */
export interface Taken {
  agentId: string;
  lifecycleTaskUuid: string;
  attempt: number;
  takenAt: number;
  /** When its LCA began to say how it ended; null while it has not. */
  endedAt: number | null;
  outcome: 'completed' | 'failed' | 'cancelled' | null;
}

/** One telling of an instance that went bad; `ackedAt` is null where no answer came. */
export interface BadNews {
  sentAt: number;
  ackedAt: number | null;
}

export interface Books {
  take(task: { agentId: string; lifecycleTaskUuid: string; attempt: number }): void;
  end(lifecycleTaskUuid: string, outcome: NonNullable<Taken['outcome']>): void;
  /** @returns what the answer, once there, is to be noted in */
  tellBad(agentId: string): BadNews;
  breach(what: string): void;
  /** What the contract rules out. */
  readonly breaches: readonly string[];
  /** Every lifecycle task once, in the order in which they were handed out first. */
  readonly taken: readonly Taken[];
  takenBy(agentId: string): Taken[];
  badNewsOf(agentId: string): readonly BadNews[];
  /** The most of these agents that were held at once: from a task's hand-out to its LCA's last word. */
  maxHeld(agentIds: readonly string[]): number;
}

export function openBooks(): Books {
  const taken: Taken[] = [];
  const byUuid = new Map<string, Taken>();
  const badNews = new Map<string, BadNews[]>();
  const breaches: string[] = [];
  /** In the order in which it happened: two things within a millisecond have one too. */
  const moves: { agentId: string; by: 1 | -1 }[] = [];
  const takenBy = (agentId: string) => taken.filter((one) => one.agentId === agentId);

  return {
    breaches,
    taken,
    takenBy,
    breach: (what) => breaches.push(what),
    take({ agentId, lifecycleTaskUuid, attempt }) {
      const entry: Taken = {
        ...{ agentId, lifecycleTaskUuid, attempt, takenAt: Date.now() },
        ...{ endedAt: null, outcome: null },
      };
      taken.push(entry);
      byUuid.set(lifecycleTaskUuid, entry);
      moves.push({ agentId, by: 1 });
    },
    end(lifecycleTaskUuid, outcome) {
      const entry = byUuid.get(lifecycleTaskUuid);
      if (entry === undefined || entry.endedAt !== null) return;
      entry.endedAt = Date.now();
      entry.outcome = outcome;
      moves.push({ agentId: entry.agentId, by: -1 });
    },
    tellBad(agentId) {
      const news: BadNews = { sentAt: Date.now(), ackedAt: null };
      badNews.set(agentId, [...(badNews.get(agentId) ?? []), news]);
      return news;
    },
    badNewsOf: (agentId) => badNews.get(agentId) ?? [],
    maxHeld(agentIds) {
      const wanted = new Set(agentIds);
      const held = new Map<string, number>();
      let most = 0;
      for (const { agentId, by } of moves) {
        if (!wanted.has(agentId)) continue;
        const tasks = (held.get(agentId) ?? 0) + by;
        if (tasks === 0) held.delete(agentId);
        else held.set(agentId, tasks);
        most = Math.max(most, held.size);
      }
      return most;
    },
  };
}
