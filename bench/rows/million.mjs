// A plan of a million agents, through imports and a raised limit.
import { measureSize, rowsOf } from './growth.mjs';

const AGENTS = 1_000_000;

/** @type {import('../row.mjs').Group} */
export const million = {
  rows: rowsOf(AGENTS),
  rounds: 1,
  measure: (isQuick) => measureSize(AGENTS, isQuick),
};
