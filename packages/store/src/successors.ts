// Plans that follow from an ended one: the failed agents again, or every upgraded agent back.
import { type BatchCut, hasEnded, ITSELF, runs, type Target, wayBackOfAgent } from '@gradus/domain';
import { chunks } from './chunks.js';
import { holdingStatus } from './claims.js';
import { createPlan, type Making, upgradeOf } from './createPlan.js';
import { type NewPlan, StoreUnavailable, type Succession, type SuccessionResult } from './port.js';
import { parseRecord } from './records.js';
import {
  type Fields,
  gateOf,
  isVisible,
  planStatusOf,
  type StateRows,
  type StaticAgent,
  type StoredBatch,
  tasksOf,
} from './stored.js';
import { unlessAway } from './storeFaults.js';
import type { StoreParts } from './storeParts.js';
import { freshPlanId, freshTaskUuid } from './uuids.js';

const AGENTS_A_READ = 500;

/** An agent of the source: what never changes of it, and its tasks as they are shown. */
type SourceAgent = { components: StaticAgent[3]; tasks: ReturnType<typeof tasksOf>; agentId: string };

interface Source {
  plan: Fields;
  /** By batch, in order. */
  batches: SourceAgent[][];
}

async function readSource({ connection, keys }: StoreParts, planId: string): Promise<Source | null> {
  const plan = await unlessAway(connection.hgetall(keys.plan(planId, 'plan')));
  if (!isVisible(plan)) return null;
  const stored = await unlessAway(connection.hgetall(keys.plan(planId, 'batches')));
  const batches = Array.from({ length: Number(plan['batchCount']) }, (_, index) => {
    const { first, size } = JSON.parse(stored[index] ?? '') as StoredBatch;
    return Array.from({ length: size }, (__, offset) => (first + offset).toString());
  });
  const agents = batches.map((ordinals) => readAgents({ connection, keys }, planId, plan, ordinals));
  return { plan, batches: await Promise.all(agents) };
}

async function readAgents(
  { connection, keys }: Pick<StoreParts, 'connection' | 'keys'>,
  planId: string,
  plan: Fields,
  ordinals: string[],
): Promise<SourceAgent[]> {
  const read = chunks(ordinals, AGENTS_A_READ).map(async (part) => {
    const [statics, states] = await Promise.all([
      unlessAway(connection.hmget(keys.plan(planId, 'agents'), ...part)),
      unlessAway(connection.hmget(keys.plan(planId, 'state'), ...part)),
    ]);
    return statics.map((text, index): SourceAgent => {
      const agent = JSON.parse(text ?? '') as StaticAgent;
      const [agentId, , , components] = agent;
      return {
        agentId,
        components,
        tasks: tasksOf(plan, agent, JSON.parse(states[index] ?? '') as StateRows),
      };
    });
  });
  return (await Promise.all(read)).flat();
}

/** What a successor has from its source. */
function inherited(plan: Fields, { id, actor }: Succession): Omit<NewPlan, 'agentIds' | 'cut' | 'name'> {
  const text = (name: string) => plan[name] ?? '';
  return {
    id,
    fromVersion: text('fromVersion'),
    toVersion: text('toVersion'),
    toRelease: text('toRelease'),
    failureThreshold: Number(text('failureThreshold')),
    concurrency: Number(text('concurrency')),
    createdBy: actor,
    actor,
    observeDuration: text('observeDuration'),
    observeMs: Number(text('observeMs')),
    startAt: null,
    autoStart: true,
    gate: gateOf(plan),
    taskTimeout: text('taskTimeout'),
    taskTimeoutMs: Number(text('taskTimeoutMs')),
    maxAttempts: Number(text('maxAttempts')),
    onThreshold: 'pause',
  };
}

function uuidOf(planId: string): string {
  return planId.slice('plan-'.length);
}

async function follow(
  parts: StoreParts,
  succession: Succession,
  makingOf: (source: Source) => Promise<Making | null>,
): Promise<SuccessionResult> {
  const source = await readSource(parts, succession.sourcePlanId);
  if (source === null) return { outcome: 'not-found' };
  const { ifRevision, leaseUntil } = succession;
  const revision = Number(source.plan['revision']);
  if (ifRevision !== undefined && ifRevision !== revision) return { outcome: 'stale', revision };
  const status = planStatusOf(source.plan);
  // From here on the revision stays: nothing changes an ended plan.
  if (!hasEnded(status)) return { outcome: 'illegal', status };
  const making = await makingOf(source);
  return making === null ? { outcome: 'nothing-to-do' } : createPlan(parts, making, { leaseUntil });
}

/** The agents that failed, cut as the source was, each to the target that it had there. */
export function retryPlan(parts: StoreParts, succession: Succession): Promise<SuccessionResult> {
  return follow(parts, succession, async ({ plan, batches }) => {
    const failed = batches.flat().filter(({ tasks }) => tasks.some((task) => task.status === 'failed'));
    if (failed.length === 0) return null;
    const sourcePlanUuid = uuidOf(succession.sourcePlanId);
    const upgrade: NewPlan = {
      ...inherited(plan, succession),
      name: `Retry of ${plan['name']}`.slice(0, 200),
      agentIds: failed.map(({ agentId }) => agentId),
      cut: JSON.parse(plan['cut'] ?? '') as BatchCut,
    };
    if (plan['toVersion'] !== undefined && plan['toRelease'] !== undefined) {
      return { ...upgradeOf(upgrade), sourcePlanUuid };
    }
    const targets = new Map(
      failed.flatMap(({ agentId, components }) =>
        components.map((component) => [`${agentId} ${component[1]}`, targetOf(plan, component)] as const),
      ),
    );
    return backTo(upgrade, targets, sourcePlanUuid, { yielding: [], isWayBack: false });
  });
}

/** Every agent with an instance last reported on the target, the skipped ones excepted, last batch first. */
export function rollbackPlan(parts: StoreParts, succession: Succession): Promise<SuccessionResult> {
  return follow(parts, succession, (source) => wayBack(parts, succession, source, []));
}

/** The upgraded agents back, in a plan that starts by itself; then the source has failed. */
export async function rollBackByThreshold(
  parts: StoreParts,
  planId: string,
  now: number,
): Promise<string | null> {
  const source = await readSource(parts, planId);
  if (source === null) return null;
  const reason = source.plan['pauseReason'] ?? '';
  const { rollbackPlanId, refusal } = await makeRollback(parts, planId, source);
  const error = `${refusal ?? `rolled back by ${rollbackPlanId}`}: ${reason}`;
  const input = { now, rollbackPlanId, error, detail: error };
  await parts.scripts.run('fail-plan', parts.keys.planAll(planId), input);
  return refusal === null ? rollbackPlanId : null;
}

/**
 * Each making has an id of its own, which the source names before it begins: of several makers only the one that
 * is named goes on, and what a dead one claimed is void with its id.
 *
 * @returns the rollback, also where it was made before, or why there is none
 */
async function makeRollback(
  parts: StoreParts,
  sourcePlanId: string,
  source: Source,
): Promise<{ rollbackPlanId: string; refusal: string | null }> {
  const named = source.plan['rollbackPlanId'] ?? '';
  const status = named === '' ? null : await holdingStatus(parts, named);
  if (status === 'creating') throw new StoreUnavailable(new RollbackUnderWay(sourcePlanId));
  if (status !== null) return { rollbackPlanId: named, refusal: null };
  const rollbackPlanId = freshPlanId();
  const renewal = { instead: named, rollbackPlanId };
  const renewed = await parts.scripts.run<string>('name-rollback', parts.keys.planAll(sourcePlanId), renewal);
  if (renewed !== 'named') throw new StoreUnavailable(new RollbackUnderWay(sourcePlanId));
  const succession = { id: rollbackPlanId, sourcePlanId, actor: ITSELF };
  const making = await wayBack(parts, succession, source, [sourcePlanId]);
  if (making === null) return { rollbackPlanId, refusal: 'nothing to roll back' };
  const assertWanted = async () => {
    const now = await unlessAway(
      parts.connection.hget(parts.keys.plan(sourcePlanId, 'plan'), 'rollbackPlanId'),
    );
    if (now !== rollbackPlanId) throw new StoreUnavailable(new RollbackUnderWay(sourcePlanId));
  };
  const { outcome } = await createPlan(parts, { ...making, assertWanted });
  return { rollbackPlanId, refusal: outcome === 'created' ? null : `the rollback was refused (${outcome})` };
}

/** Somebody else makes the rollback just now, or died on it: once its lease is over, it is made anew. */
class RollbackUnderWay extends Error {
  readonly code = 'rollback-under-way';
  constructor(planId: string) {
    super(`the rollback of ${planId} is being made`);
    this.name = 'RollbackUnderWay';
  }
}

/** @param yielding plans whose claims pass to the new one */
async function wayBack(
  parts: StoreParts,
  succession: Succession,
  { plan, batches }: Source,
  yielding: string[],
): Promise<Making | null> {
  const reversed = await Promise.all(batches.toReversed().map((agents) => upgraded(parts, plan, agents)));
  const sizes = reversed.map((agents) => agents.length).filter((size) => size > 0);
  const agents = reversed.flat();
  if (agents.length === 0) return null;
  const upgrade = {
    ...inherited(plan, succession),
    name: `Rollback of ${plan['name']}`.slice(0, 200),
    agentIds: agents.map(({ agentId }) => agentId),
    cut: { batchSizes: sizes },
    gate: 'auto' as const,
    fromVersion: plan['toVersion'] ?? plan['fromVersion'] ?? '',
  };
  const targets = new Map(agents.flatMap((agent) => agent.targets));
  return backTo(upgrade, targets, uuidOf(succession.sourcePlanId), { yielding, isWayBack: true });
}

/** The agents with an instance that this plan brought to its target and that runs it still. */
async function upgraded({ connection, keys }: StoreParts, plan: Fields, agents: SourceAgent[]) {
  const found = agents.map(async ({ agentId, components, tasks }) => {
    const text = await unlessAway(connection.hget(keys.records(keys.bucketOf(agentId)), agentId));
    const instances = text === null ? [] : parseRecord(text).components;
    const targets = components.flatMap((component, index) => {
      const [, instanceUuid, , version, release] = component;
      const now = instances.find(({ componentInstanceUuid }) => componentInstanceUuid === instanceUuid);
      const isUpgraded = now !== undefined && runs(now, targetOf(plan, component));
      if (!isUpgraded || tasks[index]?.status === 'skipped' || version === null || release === null)
        return [];
      return [[`${agentId} ${instanceUuid}`, { version, release }] as const];
    });
    return { agentId, targets };
  });
  return (await Promise.all(found)).filter(({ targets }) => targets.length > 0);
}

function targetOf(plan: Fields, component: StaticAgent[3][number]): Target {
  const [, , , , , version, release] = component;
  return { version: version ?? plan['toVersion'] ?? '', release: release ?? plan['toRelease'] ?? '' };
}

/** A plan whose instances have targets of their own; it shows one where they have it in common. */
function backTo(
  upgrade: NewPlan,
  targets: ReadonlyMap<string, Target>,
  sourcePlanUuid: string,
  making: Pick<Making, 'yielding' | 'isWayBack'>,
): Making {
  const common = (field: keyof Target) => {
    const values = new Set([...targets.values()].map((target) => target[field]));
    const [only = null] = values;
    return values.size === 1 ? only : null;
  };
  return {
    plan: { ...upgrade, toVersion: common('version'), toRelease: common('release') },
    sourcePlanUuid,
    ...making,
    planAgent: wayBackOfAgent(targets, freshTaskUuid),
  };
}
