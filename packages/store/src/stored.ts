// How plans lie in Redis, and how that is shown.
import {
  type AgentCounts,
  allowedFailures,
  type BatchStatus,
  type BatchSummary,
  batchStatusIn,
  countsIn,
  type Gate,
  type Going,
  goingOf,
  NO_AGENTS,
  type OnThreshold,
  type PlanHeader,
  type PlanStatus,
  type PlanTask,
  type TaskStatus,
  taskStatusIn,
  type WaitingFor,
} from '@gradus/domain';
import { TASK_FIELDS } from './luaConstants.js';
import { NewerPlan } from './port.js';
import { isNewerSchema } from './schema.js';

type TaskField = (typeof TASK_FIELDS)[number];

/** Of each field in a row. */
const PLACES = Object.fromEntries(TASK_FIELDS.map((field, place) => [field, place])) as Record<
  TaskField,
  number
>;

/** A hash as Redis gives it. */
export type Fields = Record<string, string>;

/** A batch as it was planned, before it is opened. */
export interface PlannedBatch {
  first: number;
  size: number;
  skipped: number;
}

/** A batch as it was closed. */
type ClosedBatch = Omit<PlannedBatch, 'skipped'> &
  Omit<AgentCounts, 'agents'> & {
    status: BatchStatus;
    allowedFailures: number;
    forgiven: number;
    unconfirmed: number;
    startedAt: number;
    observingUntil: number;
    completedAt: number;
  };

export type StoredBatch = PlannedBatch | ClosedBatch;

/**
 * Agent id, node, LCA, and for each task: component, instance, name, previous version, previous release, and its
 * own target where it has not the plan's.
 */
export type StaticAgent = [
  agentId: string,
  nodeUuid: string,
  lcaUuid: string,
  components: [
    string,
    string,
    string,
    string | null,
    string | null,
    toVersion?: string,
    toRelease?: string,
  ][],
];

/** The states of an agent's tasks, each in the order of {@link TASK_FIELDS}. */
export type StateRows = (string | number | false)[][];

/** A task's state as a row, without the empty end. */
export function stateRow(task: { [Field in TaskField]?: string | number | null }): StateRows[number] {
  const row = TASK_FIELDS.map((field) => task[field] ?? false);
  return row.slice(0, row.findLastIndex((value) => value !== false) + 1);
}

/** @returns the instant as it is shown, null where there is none */
export function instant(ms: number | string | undefined | null | false): string | null {
  return ms === undefined || ms === null || ms === false || ms === ''
    ? null
    : new Date(Number(ms)).toISOString();
}

/** @returns the number, null where the field is not there */
export function numberOrNull(text: string | undefined): number | null {
  return text === undefined ? null : Number(text);
}

/** Some fields of a hash, as HMGET answers them; those that are not there are left out. */
export function fieldsOf(names: readonly string[], values: readonly (string | null)[]): Fields {
  const entries = names.map((name, index) => [name, values[index] ?? null] as const);
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== null));
}

/** The fields of a header that say whether it may be read; in every version they mean the same. */
export const READABLE_NEEDS = ['id', 'schema', 'status'] as const;

/**
 * @param plan at least {@link READABLE_NEEDS}
 * @returns whether readers may see the plan
 * @throws NewerPlan where only a newer version can read it
 */
export function isVisible(plan: Fields): boolean {
  const { id = '', schema, status } = plan;
  if (isNewerSchema(schema)) throw new NewerPlan(id, Number(schema), planStatusOf(plan));
  return status !== undefined && status !== 'creating';
}

/** Whether the plan goes on, by what decides what is shown of its parts. */
function going(plan: Fields): Going {
  return goingOf(planStatusOf(plan), plan['pauseKind'] === 'rollback');
}

export function planStatusOf(plan: Fields): PlanStatus {
  return plan['status'] as PlanStatus;
}

export function gateOf(plan: Fields): Gate {
  return plan['gate'] as Gate;
}

/** What is shown of a plan beside its batches. */
export function headerOf(plan: Fields, counts: AgentCounts, waitingFor: WaitingFor | null): PlanHeader {
  const text = (name: string) => plan[name] ?? '';
  const textOrNull = (name: string) => plan[name] ?? null;
  return {
    id: text('id'),
    name: text('name'),
    fromVersion: text('fromVersion'),
    toVersion: textOrNull('toVersion'),
    fromRelease: textOrNull('fromRelease'),
    toRelease: textOrNull('toRelease'),
    failureThreshold: Number(text('failureThreshold')),
    concurrency: Number(text('concurrency')),
    status: planStatusOf(plan),
    currentBatch: Number(text('currentBatch')),
    createdBy: text('createdBy'),
    createdAt: instant(plan['createdAt']) ?? '',
    startedAt: instant(plan['startedAt']),
    pausedAt: instant(plan['pausedAt']),
    pauseReason: textOrNull('pauseReason'),
    completedAt: instant(plan['completedAt']),
    sourcePlanUuid: textOrNull('sourcePlanUuid'),
    error: textOrNull('error'),
    observeDuration: text('observeDuration'),
    revision: Number(text('revision')),
    startAt: instant(plan['startAt']),
    gate: gateOf(plan),
    taskTimeout: text('taskTimeout'),
    maxAttempts: Number(text('maxAttempts')),
    onThreshold: text('onThreshold') as OnThreshold,
    waitingFor,
    counts,
  };
}

function countsOf(stored: Omit<AgentCounts, 'agents'> & { size: number }): AgentCounts {
  const { pending, running, completed, failed, skipped, cancelled } = stored;
  return { agents: stored.size, pending, running, completed, failed, skipped, cancelled };
}

/** The counts of a batch's agents as they are stored: as planned, as closed, or of the open batch's numbers. */
export function storedCounts(stored: StoredBatch, open: Fields): AgentCounts {
  if ('status' in stored) return countsOf(stored);
  if (open['status'] === undefined) {
    const { size, skipped } = stored;
    return { ...NO_AGENTS, agents: size, pending: size - skipped, skipped };
  }
  const count = (name: string) => Number(open[name] ?? 0);
  return countsOf({
    size: stored.size,
    pending: count('pending'),
    running: count('running'),
    completed: count('completed'),
    failed: count('failed'),
    skipped: count('skipped'),
    cancelled: count('cancelled'),
  });
}

/**
 * @param open the open batch's numbers where this is it, else empty
 * @param heard how many of its agents were heard of in the observe window
 */
export function batchSummaryOf(
  plan: Fields,
  batchIndex: number,
  stored: StoredBatch,
  open: Fields,
  heard: number,
): BatchSummary {
  const counts = countsIn(going(plan), storedCounts(stored, open));
  if ('status' in stored) {
    const { status, forgiven, unconfirmed } = stored;
    return {
      batchIndex,
      status,
      failedCount: counts.failed,
      counts,
      allowedFailures: stored.allowedFailures,
      forgiven,
      unconfirmed,
      startedAt: instant(stored.startedAt),
      observingUntil: instant(stored.observingUntil),
      completedAt: instant(stored.completedAt),
    };
  }
  const status = batchStatusIn(going(plan), (open['status'] ?? 'pending') as BatchStatus);
  return {
    batchIndex,
    status,
    failedCount: counts.failed,
    counts,
    allowedFailures:
      open['allowedFailures'] === undefined
        ? allowedFailures(Number(plan['failureThreshold']), stored.size)
        : Number(open['allowedFailures']),
    forgiven: Number(open['forgiven'] ?? 0),
    unconfirmed: status === 'observing' ? counts.completed - heard : 0,
    startedAt: instant(open['startedAt']),
    observingUntil: instant(open['observingUntil']),
    completedAt: status === 'cancelled' ? instant(plan['completedAt']) : null,
  };
}

/** An agent's tasks as they are shown. */
export function tasksOf(plan: Fields, agent: StaticAgent, rows: StateRows): PlanTask[] {
  const [agentId, nodeUuid, lcaUuid, components] = agent;
  return components.map((component, index) => {
    const [componentUuid, componentInstanceUuid, componentName, previousVersion, previousRelease] = component;
    const row = rows[index] ?? [];
    const value = (field: TaskField) => row[PLACES[field]] || null;
    const text = (field: TaskField) => value(field)?.toString() ?? null;
    const stored = value('status') as TaskStatus;
    const status = taskStatusIn(going(plan), stored);
    const endedAt = status !== stored ? plan['completedAt'] : value('completedAt');
    return {
      componentUuid,
      componentInstanceUuid,
      lifecycleTaskUuid: text('lifecycleTaskUuid') ?? '',
      componentName,
      taskType: 'update',
      status,
      nodeUuid,
      lcaUuid,
      runtimeStatus: text('runtimeStatus'),
      actualVersion: text('actualVersion'),
      actualRelease: text('actualRelease'),
      agentId,
      attempt: Number(value('attempt')),
      error: text('error'),
      previousVersion,
      previousRelease,
      dispatchedAt: instant(value('dispatchedAt')),
      completedAt: instant(endedAt),
    };
  });
}

/** @returns the agent's id, without reading the rest of the row: an id has nothing that JSON would escape */
export function agentIdIn(row: string): string {
  return row.slice(2, row.indexOf('"', 2));
}

/** An agent's tasks as they are shown, of its rows as they are stored. */
export function tasksOfRow(plan: Fields, row = '', states = ''): PlanTask[] {
  return tasksOf(plan, JSON.parse(row) as StaticAgent, JSON.parse(states) as StateRows);
}

/**
 * The tasks of many agents, in their order, each made when it is asked for. What was asked for is taken out of the lists:
 * they may outlive it by much, and would have the garbage collector keep it.
 */
export function* tasksIn(plan: Fields, rows: string[], states: string[]): Generator<PlanTask> {
  for (const [index, row] of rows.entries()) {
    const statesOfRow = states[index];
    rows[index] = '';
    states[index] = '';
    yield* tasksOfRow(plan, row, statesOfRow);
  }
}
