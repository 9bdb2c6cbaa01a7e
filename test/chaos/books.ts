// The fleet's own books: what its LCAs took, said and ran, whatever the control plane thinks of it.

/** What every instance of the fleet runs at first. */
export const FROM = { version: '1.2.0', release: '215' };

/** What an LCA is handed, as far as the books tell it. */
interface Handed {
  agentId: string;
  componentInstanceUuid: string;
  lifecycleTaskUuid: string;
  attempt: number;
  toVersion: string;
}

/** Instants are milliseconds since 1970, by the clock of the machine. */
export interface Taken extends Handed {
  takenAt: number;
  /** When its LCA began to say how it ended; null while it has not. */
  endedAt: number | null;
  /** When that was acknowledged first. */
  endAckedAt: number | null;
  outcome: 'completed' | 'failed' | 'cancelled' | null;
}

/** One telling of an instance that went bad; `ackedAt` is null where no answer came. */
export interface BadNews {
  sentAt: number;
  ackedAt: number | null;
}

export interface Books {
  take(task: Handed): void;
  end(lifecycleTaskUuid: string, outcome: NonNullable<Taken['outcome']>): void;
  /** What its LCA last said of the task was acknowledged. */
  acknowledge(lifecycleTaskUuid: string): void;
  /** @returns what the answer, once there, is to be noted in */
  tellBad(instance: string): BadNews;
  breach(what: string): void;
  /** What the contract rules out. */
  readonly breaches: readonly string[];
  /** Every lifecycle task once, in the order in which they were handed out first; ways back apart. */
  readonly taken: readonly Taken[];
  /** Of an instance: its upgrade's attempts, and its way back. */
  takenBy(instance: string): Taken[];
  backBy(instance: string): Taken[];
  badNewsOf(instance: string): readonly BadNews[];
  /** The most of these agents that were held for an upgrade at once: from a task's hand-out to its last word. */
  maxHeld(agentIds: readonly string[]): number;
}

export function isWayBack({ toVersion }: { toVersion: string }): boolean {
  return toVersion === FROM.version;
}

export function openBooks(): Books {
  const all: Taken[] = [];
  const byUuid = new Map<string, Taken>();
  const badNews = new Map<string, BadNews[]>();
  const breaches: string[] = [];
  /** In the order in which it happened: two things within a millisecond have one too. */
  const moves: { agentId: string; by: 1 | -1 }[] = [];
  const move = (entry: Taken, by: 1 | -1) => {
    if (!isWayBack(entry)) moves.push({ agentId: entry.agentId, by });
  };
  const of = (instance: string, back: boolean) =>
    all.filter((one) => one.componentInstanceUuid === instance && isWayBack(one) === back);

  return {
    breaches,
    get taken() {
      return all.filter((one) => !isWayBack(one));
    },
    takenBy: (instance) => of(instance, false),
    backBy: (instance) => of(instance, true),
    breach: (what) => breaches.push(what),
    take({ agentId, componentInstanceUuid, lifecycleTaskUuid, attempt, toVersion }) {
      const entry: Taken = {
        ...{ agentId, componentInstanceUuid, lifecycleTaskUuid, attempt, toVersion, takenAt: Date.now() },
        ...{ endedAt: null, endAckedAt: null, outcome: null },
      };
      all.push(entry);
      byUuid.set(lifecycleTaskUuid, entry);
      move(entry, 1);
    },
    end(lifecycleTaskUuid, outcome) {
      const entry = byUuid.get(lifecycleTaskUuid);
      if (entry === undefined || entry.endedAt !== null) return;
      entry.endedAt = Date.now();
      entry.outcome = outcome;
      move(entry, -1);
    },
    acknowledge(lifecycleTaskUuid) {
      const entry = byUuid.get(lifecycleTaskUuid);
      if (entry !== undefined && entry.endedAt !== null) entry.endAckedAt ??= Date.now();
    },
    tellBad(instance) {
      const news: BadNews = { sentAt: Date.now(), ackedAt: null };
      badNews.set(instance, [...(badNews.get(instance) ?? []), news]);
      return news;
    },
    badNewsOf: (instance) => badNews.get(instance) ?? [],
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
