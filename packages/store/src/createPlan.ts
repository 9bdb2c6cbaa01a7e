// Making a plan: reserve its id, claim every agent, write it, and only then show it. A process that dies in
// between leaves a reservation whose lease runs out.
import {
  assemble,
  type PlanAgent,
  type Planned,
  type PlannedAgent,
  type ReleaseId,
  targetsOf,
  upgradeOfAgent,
} from '@gradus/domain';
import pMap from 'p-map';
import { chunks } from './chunks.js';
import { type Claimed, claimAgents, freeAgents } from './claims.js';
import { mapInTurns } from './inTurns.js';
import { planIndexEntry } from './keys.js';
import { persist } from './persist.js';
import { type CreatePlanResult, type NewPlan, StoreUnavailable } from './port.js';
import type { AgentRecord } from './records.js';
import { type Demand, useReleases } from './releases.js';
import { type Fields, type StateRows, type StaticAgent, stateRow } from './stored.js';
import { unlessAway } from './storeFaults.js';
import type { StoreParts } from './storeParts.js';
import { freshTaskUuid } from './uuids.js';
import { wellFormedJson } from './wellFormed.js';

/** A making takes no longer; one that has not published its plan by then never does. */
export const LEASE_MS = 120_000;
const AGENTS_A_WRITE = 250;
const WRITES_AT_ONCE = 8;
const SHOWN_AT_MOST = 100;

/** What is to be made. */
export interface Making {
  /** A rollback's plan has no version of its own where its instances' differ. */
  plan: Omit<NewPlan, 'toVersion' | 'toRelease'> & { toVersion: string | null; toRelease: string | null };
  /** The UUID part of the plan that it follows from. */
  sourcePlanUuid: string | null;
  /** Plans whose claims count no more though they have not ended. */
  yielding: readonly string[];
  planAgent: PlanAgent;
  /** Where what it goes back to was removed, there is no way back. */
  isWayBack: boolean;
  /** Asked once the id is reserved; throws where another making has taken this one's place. */
  assertWanted?: () => Promise<void>;
}

/** The making ended in nothing: it took too long, or by somebody else's hand. */
class ReservationLost extends Error {
  readonly code = 'reservation-lost';
  constructor(planId: string) {
    super(`the reservation of ${planId} is gone: its lease ran out, or its id was taken`);
    this.name = 'ReservationLost';
  }
}

/** A plan as a client asked for it. */
export function upgradeOf(plan: NewPlan): Making {
  const planAgent = upgradeOfAgent(plan, freshTaskUuid);
  return { plan, sourcePlanUuid: null, yielding: [], planAgent, isWayBack: false };
}

/**
 * Durable with every claim, or not there at all.
 *
 * @param given.leaseUntil until when the plan may be made
 * @throws StoreUnavailable
 */
export async function createPlan(
  parts: StoreParts,
  making: Making,
  given: { leaseUntil?: number | undefined } = {},
): Promise<CreatePlanResult> {
  const { connection, scripts, keys, clock } = parts;
  const { id } = making.plan;
  const createdAt = clock.now();
  const { leaseUntil = createdAt + LEASE_MS } = given;
  await unlessAway(connection.zadd(keys.activePlans, createdAt, id));
  // Whoever repeats the request may have begun to make another plan by then.
  if (clock.now() >= leaseUntil) throw new StoreUnavailable(new ReservationLost(id));
  const reservation = { planId: id, leaseUntil };
  const reserved = await scripts.run<string>('reserve-plan', keys.planAll(id), reservation);
  if (reserved !== 'reserved') throw new StoreUnavailable(new ReservationLost(id));
  try {
    await making.assertWanted?.();
    const refusal = await make(parts, making, createdAt);
    if (refusal === null) return { outcome: 'created' };
    await abandon(parts, making, createdAt);
    return refusal;
  } catch (error) {
    await persist(() => abandon(parts, making, createdAt), LEASE_MS);
    throw error;
  }
}

/** What the plan is to be, and the agents' records in its agents' order; or why it is not to be. */
type Prepared =
  | { outcome: 'planned'; planned: Extract<Planned, { outcome: 'planned' }>; records: AgentRecord[] }
  | Exclude<CreatePlanResult, { outcome: 'created' }>;

export async function prepare(making: Making, { records, conflicts }: Claimed): Promise<Prepared> {
  const unknown = making.plan.agentIds.filter((_, index) => records[index] === null);
  if (unknown.length > 0) {
    const shown = unknown.slice(0, SHOWN_AT_MOST);
    return { outcome: 'unknown-agents', agentIds: shown, agentCount: unknown.length };
  }
  if (conflicts.length > 0) {
    const shown = conflicts.slice(0, SHOWN_AT_MOST);
    return { outcome: 'agents-busy', conflicts: shown, conflictCount: conflicts.length };
  }
  const known = records.filter((record) => record !== null);
  const planned = assemble(await mapInTurns(known, making.planAgent), making.plan.cut);
  if (planned.outcome === 'version-mismatch') {
    const { agents } = planned;
    return { ...planned, agents: agents.slice(0, SHOWN_AT_MOST), agentCount: agents.length };
  }
  return { outcome: 'planned', planned, records: known };
}

/** How the targets of a plan are to be there. */
export function demandOf({ requireReleases }: StoreParts, { isWayBack }: Making): Demand {
  return { refuseMissing: requireReleases, refuseGone: isWayBack };
}

/** @returns what says of these targets that they are no releases, null where there are none of them */
export function unknownReleases(releases: readonly ReleaseId[]) {
  if (releases.length === 0) return null;
  return {
    outcome: 'unknown-release' as const,
    releases: releases.slice(0, SHOWN_AT_MOST),
    releaseCount: releases.length,
  };
}

/** @returns why the plan is not to be, null where it is */
async function make(parts: StoreParts, making: Making, createdAt: number): Promise<CreatePlanResult | null> {
  const { connection, keys } = parts;
  const { id, agentIds } = making.plan;
  const prepared = await prepare(making, await claimAgents(parts, id, agentIds, making.yielding));
  if (prepared.outcome !== 'planned') return prepared;
  const { planned, records } = prepared;
  const targets = targetsOf(planned.agents, making.plan);
  const unknown = unknownReleases(await useReleases(parts, id, targets, demandOf(parts, making)));
  if (unknown !== null) return unknown;
  await writeAgents(parts, id, planned.agents, records);
  await unlessAway(connection.zadd(keys.planIndex, 0, planIndexEntry(createdAt, id)));
  // Once more: a maker that was held up may have been taken for dead, and its plan off the list.
  await unlessAway(connection.zadd(keys.activePlans, createdAt, id));
  await publish(parts, making, planned, createdAt);
  return null;
}

/** Undoes what was not published; what was stays, though its maker did not hear of it. */
async function abandon(parts: StoreParts, { plan }: Making, createdAt: number): Promise<void> {
  const { connection, scripts, keys, clock } = parts;
  const input = { now: clock.now(), force: true };
  const answer = await scripts.run<string>('abandon-plan', keys.planAll(plan.id), input);
  if (answer !== 'abandoned') return;
  await unlessAway(connection.zrem(keys.planIndex, planIndexEntry(createdAt, plan.id)));
  await unlessAway(connection.zrem(keys.activePlans, plan.id));
  await freeAgents(parts, plan.id, plan.agentIds);
}

async function writeAgents(
  { scripts, keys }: StoreParts,
  planId: string,
  agents: PlannedAgent[],
  records: AgentRecord[],
): Promise<void> {
  const ordinals = chunks([...agents.keys()], AGENTS_A_WRITE);
  const hashes = (['plan', 'agents', 'state'] as const).map((part) => keys.plan(planId, part));
  const write = (part: number[]) => {
    const lines = part.flatMap((ordinal) => {
      const agent = agents[ordinal] as PlannedAgent;
      const state = stateOf(agent, records[ordinal]);
      return [String(ordinal), wellFormedJson(staticOf(agent)), wellFormedJson(state)];
    });
    return scripts.raw('write-agents', hashes, lines);
  };
  const answers = await pMap(ordinals, write, { concurrency: WRITES_AT_ONCE });
  if (answers.includes('abandoned')) throw new StoreUnavailable(new ReservationLost(planId));
}

export function staticOf({ agentId, nodeUuid, lcaUuid, tasks }: PlannedAgent): StaticAgent {
  const components = tasks.map((task): StaticAgent[3][number] => [
    task.componentUuid,
    task.componentInstanceUuid,
    task.componentName,
    task.actualVersion,
    task.actualRelease,
    ...(task.target === null ? ([] as const) : ([task.target.version, task.target.release] as const)),
  ]);
  return [agentId, nodeUuid, lcaUuid, components];
}

export function stateOf({ tasks }: PlannedAgent, record: AgentRecord | undefined): StateRows {
  return tasks.map((task) => {
    const { status, lifecycleTaskUuid, runtimeStatus, actualVersion, actualRelease } = task;
    const known = record?.components.find(
      ({ componentInstanceUuid }) => componentInstanceUuid === task.componentInstanceUuid,
    );
    return stateRow({
      status,
      lifecycleTaskUuid,
      attempt: 1,
      runtimeStatus,
      actualVersion,
      actualRelease,
      runtimeStatusAt: known?.runtimeStatusAt ?? null,
      actualVersionAt: known?.actualVersionAt ?? null,
      actualReleaseAt: known?.actualReleaseAt ?? null,
    });
  });
}

/** The plan's header, but for what changes. */
export function headerFields(
  { plan, sourcePlanUuid }: Making,
  planned: Extract<Planned, { outcome: 'planned' }>,
  createdAt: number,
): Fields {
  const { agentIds, cut, actor: _, ...given } = plan;
  const fields = {
    ...given,
    cut: JSON.stringify(cut),
    createdAt,
    sourcePlanUuid,
    fromRelease: planned.fromRelease,
    batchCount: planned.batches.length,
    agentCount: agentIds.length,
  };
  const texts = Object.entries(fields).flatMap(([name, value]) =>
    value === null ? [] : [[name, String(value)] as const],
  );
  return Object.fromEntries(texts);
}

async function publish(
  { scripts, keys }: StoreParts,
  making: Making,
  planned: Extract<Planned, { outcome: 'planned' }>,
  createdAt: number,
): Promise<void> {
  const { plan } = making;
  const answer = await scripts.run<string>('publish-plan', keys.planAll(plan.id), {
    now: createdAt,
    header: headerFields(making, planned, createdAt),
    batches: planned.batches.map((batch) => JSON.stringify(batch)),
    actor: plan.actor,
  });
  if (answer === 'abandoned') throw new StoreUnavailable(new ReservationLost(plan.id));
}
