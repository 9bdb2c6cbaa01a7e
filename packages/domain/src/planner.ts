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

/** An agent with an instance that runs neither `fromVersion` nor the target. */
export interface Mismatched {
  agentId: string;
  actualVersion: string | null;
}

/** What is to be known of an agent for its tasks. */
type Plannable = Pick<Agent, 'agentId' | 'nodeUuid' | 'lcaUuid' | 'components'>;

/** Plans one agent; of many, each for itself. */
export type PlanAgent = (agent: Plannable) => PlannedAgent | Mismatched;

export type Planned =
  | {
      outcome: 'planned';
      agents: PlannedAgent[];
      batches: PlannedBatch[];
      /** The release that all instances which are to be updated run; null where they differ. */
      fromRelease: string | null;
    }
  | { outcome: 'version-mismatch'; agents: Mismatched[] };

/** @returns whether the instance runs the target, version and release both */
export function runs(
  instance: Pick<ComponentInstance, 'actualVersion' | 'actualRelease'>,
  target: Target,
): boolean {
  return instance.actualVersion === target.version && instance.actualRelease === target.release;
}

/**
 * One task for each component instance of an agent.
 *
 * @param newTaskUuid gives a new `lifecycleTaskUuid` at each call
 */
export function upgradeOfAgent(upgrade: Upgrade, newTaskUuid: () => string): PlanAgent {
  const target = { version: upgrade.toVersion, release: upgrade.toRelease };
  return ({ agentId, nodeUuid, lcaUuid, components }) => {
    const stranger = components.find(
      (instance) => instance.actualVersion !== upgrade.fromVersion && !runs(instance, target),
    );
    if (stranger !== undefined) return { agentId, actualVersion: stranger.actualVersion };
    const tasks = components.map((instance) => taskOf(instance, target, null, newTaskUuid()));
    return { agentId, nodeUuid, lcaUuid, tasks };
  };
}

/**
 * The way back of an agent: one task for each instance that has a target of its own.
 *
 * @param targets by agentId and componentInstanceUuid, parted by a space: instances' UUIDs are their clients' own
 */
export function wayBackOfAgent(targets: ReadonlyMap<string, Target>, newTaskUuid: () => string): PlanAgent {
  return ({ agentId, nodeUuid, lcaUuid, components }) => {
    const tasks = components.flatMap((instance) => {
      const target = targets.get(`${agentId} ${instance.componentInstanceUuid}`);
      return target === undefined ? [] : [taskOf(instance, target, target, newTaskUuid())];
    });
    return { agentId, nodeUuid, lcaUuid, tasks };
  };
}

function taskOf(
  instance: ComponentInstance,
  target: Target,
  ownTarget: Target | null,
  lifecycleTaskUuid: string,
): PlannedTask {
  const { componentUuid, componentInstanceUuid, componentName, runtimeStatus } = instance;
  const { actualVersion, actualRelease } = instance;
  return {
    ...{ componentUuid, componentInstanceUuid, componentName, runtimeStatus, actualVersion, actualRelease },
    lifecycleTaskUuid,
    status: runs(instance, target) ? 'skipped' : 'pending',
    target: ownTarget,
  };
}

/**
 * Makes a plan of its agents.
 *
 * @param agents each once, in the plan's order
 * @returns the plan, or every agent that does not fit it
 */
export function assemble(agents: readonly (PlannedAgent | Mismatched)[], cut: BatchCut): Planned {
  const planned = agents.filter((agent) => 'tasks' in agent);
  if (planned.length < agents.length) {
    const mismatched = agents.filter((agent): agent is Mismatched => !('tasks' in agent));
    return { outcome: 'version-mismatch', agents: mismatched };
  }
  return {
    outcome: 'planned',
    agents: planned,
    batches: cutAgents(planned, cut),
    fromRelease: commonRelease(planned),
  };
}

/**
 * @param common the plan's own target, which may lack what its instances' differ in
 * @returns what the instances that are to be updated are to run, each once
 */
export function targetsOf(
  agents: readonly PlannedAgent[],
  common: { toVersion: string | null; toRelease: string | null },
): ReleaseId[] {
  const byComponent = new Map<string, ReleaseId[]>();
  for (const { tasks } of agents) {
    for (const { componentName, target, status } of tasks) {
      const version = target?.version ?? common.toVersion;
      const release = target?.release ?? common.toRelease;
      if (status === 'skipped' || version === null || release === null) continue;
      const known = byComponent.get(componentName) ?? [];
      if (known.some((one) => one.version === version && one.release === release)) continue;
      byComponent.set(componentName, [...known, { componentName, version, release }]);
    }
  }
  return [...byComponent.values()].flat();
}

function cutAgents(agents: readonly PlannedAgent[], cut: BatchCut): PlannedBatch[] {
  let first = 0;
  return cutBatches(agents.length, cut).map((size): PlannedBatch => {
    let skipped = 0;
    for (let ordinal = first; ordinal < first + size; ordinal += 1) {
      if (agents[ordinal]?.tasks.every((task) => task.status === 'skipped')) skipped += 1;
    }
    const batch = { first, size, skipped };
    first += size;
    return batch;
  });
}

function commonRelease(agents: readonly PlannedAgent[]): string | null {
  const releases = new Set<string | null>();
  for (const { tasks } of agents) {
    for (const { status, actualRelease } of tasks) if (status === 'pending') releases.add(actualRelease);
  }
  const [only = null] = releases;
  return releases.size === 1 ? only : null;
}
