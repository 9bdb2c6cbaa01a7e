// The planner: agents become batches and tasks.
import type { Agent, ComponentInstance } from './agent.js';
import { type BatchCut, cutBatches } from './batchSizes.js';
import type { ReleaseId } from './release.js';

/** The upgrade that a plan is for. */
export interface Upgrade {
  fromVersion: string;
  toVersion: string;
  toRelease: string;
}

/** What an instance is to run. */
export interface Target {
  version: string;
  release: string;
}

export interface PlannedTask extends ComponentInstance {
  lifecycleTaskUuid: string;
  /** `skipped`: the instance runs the target already. */
  status: 'pending' | 'skipped';
  /** Its own; null where it has the plan's. */
  target: Target | null;
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

/** @returns whether the instance runs the target, version and release both */
export function runs(
  instance: Pick<ComponentInstance, 'actualVersion' | 'actualRelease'>,
  target: Target,
): boolean {
  return instance.actualVersion === target.version && instance.actualRelease === target.release;
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
  const target = { version: upgrade.toVersion, release: upgrade.toRelease };
  const mismatched: { agentId: string; actualVersion: string | null }[] = [];
  const planned: PlannedAgent[] = [];
  for (const agent of agents) {
    const stranger = agent.components.find(
      (instance) => instance.actualVersion !== upgrade.fromVersion && !runs(instance, target),
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
        status: runs(instance, target) ? 'skipped' : 'pending',
        target: null,
      })),
    });
  }
  if (mismatched.length > 0) return { outcome: 'version-mismatch', agents: mismatched };

  return { outcome: 'planned', agents: planned, ...cutAgents(planned, cut) };
}

/**
 * Plans the way back: one task for each instance that has a target of its own.
 *
 * @param agents each once, and each with such an instance
 * @param targets by agentId and componentInstanceUuid, parted by a space: instances' UUIDs are their clients' own
 */
export function planRollback(
  agents: readonly Agent[],
  targets: ReadonlyMap<string, Target>,
  cut: BatchCut,
  newTaskUuid: () => string,
): Planned {
  const planned = agents.map(({ agentId, nodeUuid, lcaUuid, components }): PlannedAgent => {
    const tasks = components.flatMap((instance): PlannedTask[] => {
      const target = targets.get(`${agentId} ${instance.componentInstanceUuid}`);
      if (target === undefined) return [];
      const status = runs(instance, target) ? 'skipped' : 'pending';
      return [{ ...instance, lifecycleTaskUuid: newTaskUuid(), status, target }];
    });
    return { agentId, nodeUuid, lcaUuid, tasks };
  });
  return { outcome: 'planned', agents: planned, ...cutAgents(planned, cut) };
}

/**
 * @param common the plan's own target, which may lack what its instances' differ in
 * @returns what the instances that are to be updated are to run, each once
 */
export function targetsOf(
  agents: readonly PlannedAgent[],
  common: { toVersion: string | null; toRelease: string | null },
): ReleaseId[] {
  const targets = new Map<string, ReleaseId>();
  for (const { tasks } of agents) {
    for (const { componentName, target, status } of tasks) {
      const version = target?.version ?? common.toVersion;
      const release = target?.release ?? common.toRelease;
      if (status === 'skipped' || version === null || release === null) continue;
      targets.set(JSON.stringify([componentName, version, release]), { componentName, version, release });
    }
  }
  return [...targets.values()];
}

function cutAgents(agents: readonly PlannedAgent[], cut: BatchCut) {
  let first = 0;
  const batches = cutBatches(agents.length, cut).map((size): PlannedBatch => {
    const members = agents.slice(first, first + size);
    const skipped = members.filter((agent) => agent.tasks.every((task) => task.status === 'skipped')).length;
    const batch = { first, size, skipped };
    first += size;
    return batch;
  });
  return { batches, fromRelease: commonRelease(agents) };
}
