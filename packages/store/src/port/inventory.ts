// The inventory: agents, and what they run.
import type { Agent, AgentInput, ComponentFacts, PlanStatus } from '@gradus/domain';
import type { Page } from './pages.js';

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
