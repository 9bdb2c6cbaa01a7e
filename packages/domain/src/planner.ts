// The planner: agents become batches and tasks.
import type { Agent, ComponentInstance } from './agent.js';
import { type BatchCut, cutBatches } from './batchSizes.js';

/** The upgrade that a plan is for. */
export interface Upgrade {
  fromVersion: string;
  toVersion: string;
  toRelease: string;
}

export interface PlannedTask extends ComponentInstance {
  lifecycleTaskUuid: string;
  /** `skipped`: the instance runs the target already. */
  status: 'pending' | 'skipped';
}

export interface PlannedAgent {
  agentId: string;
  nodeUuid: string;
  lcaUuid: string;
  tasks: PlannedTask[];
}

export interface PlannedBatch {
  /** Position of its first agent among all the plan's agents. */
  first: number;
  size: number;
  /** How many of its agents have nothing to do. */
  skipped: number;
}

export type Planned =
  | { outcome: 'planned'; agents: PlannedAgent[]; batches: PlannedBatch[]; fromRelease: string | null }
  | { outcome: 'version-mismatch'; agents: { agentId: string; actualVersion: string | null }[] };

/** @returns whether the instance runs the upgrade's target, version and release both */
function isOnTarget(instance: ComponentInstance, upgrade: Upgrade): boolean {
  return instance.actualVersion === upgrade.toVersion && instance.actualRelease === upgrade.toRelease;
}

/** @returns the release that all instances which are to be updated run, or null where they differ */
function commonRelease(agents: readonly PlannedAgent[]): string | null {
  const releases = new Set(
    agents.flatMap((agent) =>
      agent.tasks.filter((task) => task.status === 'pending').map((task) => task.actualRelease),
    ),
  );
  const [only = null] = releases;
  return releases.size === 1 ? only : null;
}

/**
 * Plans one task for each component instance of each agent, in the agents' order.
 *
 * @param agents each once
 * @param newTaskUuid gives a new `lifecycleTaskUuid` at each call
 * @returns the plan, or every agent with an instance that runs neither `fromVersion` nor the target
 */
export function planUpgrade(
  upgrade: Upgrade,
  agents: readonly Agent[],
  cut: BatchCut,
  newTaskUuid: () => string,
): Planned {
  const mismatched: { agentId: string; actualVersion: string | null }[] = [];
  const planned: PlannedAgent[] = [];
  for (const agent of agents) {
    const stranger = agent.components.find(
      (instance) => instance.actualVersion !== upgrade.fromVersion && !isOnTarget(instance, upgrade),
    );
    if (stranger !== undefined) {
      mismatched.push({ agentId: agent.agentId, actualVersion: stranger.actualVersion });
      continue;
    }
    planned.push({
      agentId: agent.agentId,
      nodeUuid: agent.nodeUuid,
      lcaUuid: agent.lcaUuid,
      tasks: agent.components.map((instance) => ({
        ...instance,
        lifecycleTaskUuid: newTaskUuid(),
        status: isOnTarget(instance, upgrade) ? 'skipped' : 'pending',
      })),
    });
  }
  if (mismatched.length > 0) return { outcome: 'version-mismatch', agents: mismatched };

  let first = 0;
  const batches = cutBatches(planned.length, cut).map((size) => {
    const members = planned.slice(first, first + size);
    const skipped = members.filter((agent) => agent.tasks.every((task) => task.status === 'skipped')).length;
    const batch = { first, size, skipped };
    first += size;
    return batch;
  });
  return { outcome: 'planned', agents: planned, batches, fromRelease: commonRelease(planned) };
}
