// Which rows of the transitions table a run has taken: in the scripts, and in what is shown of an ended plan.
import { connect } from '@gradus/redis';
import { inject } from 'vitest';
import { freshNamespace } from '../support/namespace.js';

type Rows = Record<string, readonly (readonly [from: string, event: string, to: string])[]>;
type Transition = (machine: string, from: string, event: string) => string;

/** Set of rows, as `machine from event`. */
const KEY = `${freshNamespace()}:rows-taken`;

const TABLE = 'local TRANSITIONS = ';

const shown = new Set<string>();

/**
 * The constants of the scripts with a table that notes in Redis which of its rows a script looks up.
 *
 * @throws TypeError where the constants have no such table
 */
export function traceConstants<Constants extends { LUA_CONSTANTS: string }>(constants: Constants): Constants {
  const [before, after, ...more] = constants.LUA_CONSTANTS.split(TABLE);
  if (after === undefined || more.length > 0) throw new TypeError(`the constants have no one '${TABLE}'`);
  const traced = `
local TRANSITIONS = setmetatable({}, { __index = function(_, row)
  redis.call('SADD', '${KEY}', row)
  return ROWS[row]
end })`;
  return { ...constants, LUA_CONSTANTS: `${before}local ROWS = ${after}${traced}` };
}

/** The domain's own transitions, with a `transition` that notes which rows it takes. */
export function traceTransitions<Module extends { transition: unknown }>(module: Module): Module {
  const transition: Transition = (machine, from, event) => {
    shown.add(`${machine} ${from} ${event}`);
    return (module.transition as Transition)(machine, from, event);
  };
  return { ...module, transition };
}

/** @returns the rows that were not taken so far, as `machine from event` */
export async function untakenRows(table: Rows): Promise<string[]> {
  const faults: unknown[] = [];
  const connection = connect(inject('redisUrl'), 'patient', (fault) => faults.push(fault));
  try {
    const taken = new Set([...shown, ...(await connection.smembers(KEY))]);
    const rows = Object.entries(table).flatMap(([machine, all]) =>
      all.map(([from, event]) => `${machine} ${from} ${event}`),
    );
    return rows.filter((row) => !taken.has(row));
  } finally {
    await connection.unlink(KEY);
    await connection.quit();
  }
}
