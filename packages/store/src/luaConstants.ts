// The domain's tables as Lua, so that the scripts have them from the one place that says so.
import { AGENT_STATE_OF, AGENT_STATES, IGNORED, TRANSITIONS } from '@gradus/domain';
import { PLAN_SCHEMA } from './schema.js';

/** A task's state in Redis is one JSON list in this order, without the empty end. */
export const TASK_FIELDS = [
  'status',
  'lifecycleTaskUuid',
  'attempt',
  'runtimeStatus',
  'actualVersion',
  'actualRelease',
  'runtimeStatusAt',
  'actualVersionAt',
  'actualReleaseAt',
  'dispatchedAt',
  'completedAt',
  'error',
  'saidCompletedAt',
  'releasedAt',
  'attemptsBefore',
] as const;

/** An instance in one of these has not survived its upgrade. */
const BAD_RUNTIME_STATUSES = ['crashed', 'failed', 'stopped'];

function luaTable(entries: (readonly [string, string])[]): string {
  return `{ ${entries.map(([key, value]) => `[${JSON.stringify(key)}] = ${value}`).join(', ')} }`;
}

function luaList(items: readonly string[]): string {
  return `{ ${items.map((item) => JSON.stringify(item)).join(', ')} }`;
}

const transitions = Object.entries(TRANSITIONS).flatMap(([machine, rows]) =>
  rows.map(
    ([from, event, to]) =>
      [`${machine} ${from} ${event}`, JSON.stringify(to === IGNORED ? from : to)] as const,
  ),
);

/** Lua source that defines the constants. */
export const LUA_CONSTANTS = [
  `local PLAN_SCHEMA = ${PLAN_SCHEMA}`,
  `local TRANSITIONS = ${luaTable(transitions)}`,
  `local AGENT_STATES = ${luaList(AGENT_STATES)}`,
  `local AGENT_STATE_OF = ${luaTable(Object.entries(AGENT_STATE_OF).map(([status, state]) => [status, JSON.stringify(state)]))}`,
  `local TASK_FIELDS = ${luaList(TASK_FIELDS)}`,
  `local BAD_RUNTIME_STATUSES = ${luaTable(BAD_RUNTIME_STATUSES.map((status) => [status, 'true']))}`,
].join('\n');
