// Whether a task costs the same in a large plan as in a small one, and what it takes of Redis' memory.
import { runPlans } from '../planRun.mjs';

const AGENTS_PER_LCA = 500;

/** What the table of growth has of each size. */
const OF_A_SIZE = {
  tasks: 'tasks/s',
  create: 'seconds to make it',
  look: 'ms of GET ?view=summary while it runs, 99 of 100 within',
  bytesRunning: 'bytes of Redis per task at most while it runs',
  bytesEnded: 'bytes per task once it has ended',
};

/** @param {number} agents @returns {import('../row.mjs').Row[]} */
export function rowsOf(agents) {
  return Object.entries(OF_A_SIZE).map(([name, figure]) => ({
    ...{ name: `${name}${agents}`, figure, yardstick: null, mark: null, agents },
  }));
}

/**
 * @param {number} agents
 * @param {boolean} isQuick a hundredth of them will do
 * @returns {Promise<import('../row.mjs').Figures>} by the names of its rows
 */
export async function measureSize(agents, isQuick) {
  const some = isQuick ? Math.max(1_000, agents / 100) : agents;
  const run = await runPlans({ agents: some, perLca: AGENTS_PER_LCA, maxAgents: some });
  return {
    [`tasks${agents}`]: { ours: run.tasksPerSecond },
    [`create${agents}`]: { ours: run.createS },
    [`look${agents}`]: { ours: run.lookP99Ms },
    [`bytesRunning${agents}`]: { ours: run.bytesRunning },
    [`bytesEnded${agents}`]: { ours: run.bytesEnded },
  };
}

/** @type {import('../row.mjs').Group} */
export const growth = {
  rows: [
    {
      name: 'large',
      figure: 'tasks/s in a plan of 100,000 agents',
      yardstick: 'in one of 1,000',
      mark: { least: 0.9 },
    },
    {
      name: 'bytesRunning',
      figure: 'bytes of Redis per task at most while it runs, jobs included',
      yardstick: null,
      mark: { most: 900 },
    },
    {
      name: 'bytesEnded',
      figure: 'bytes of Redis per task of an ended plan',
      yardstick: null,
      mark: { most: 600 },
    },
    ...[1_000, 10_000, 100_000].flatMap(rowsOf),
  ],
  measure: async (isQuick) => {
    const small = await measureSize(1_000, isQuick);
    const middle = await measureSize(10_000, isQuick);
    const large = await measureSize(100_000, isQuick);
    const ours = (/** @type {string} */ name) => large[name]?.ours ?? Number.NaN;
    return {
      large: { ours: ours('tasks100000'), yardstick: small['tasks1000']?.ours ?? Number.NaN },
      bytesRunning: { ours: ours('bytesRunning100000') },
      bytesEnded: { ours: ours('bytesEnded100000') },
      ...small,
      ...middle,
      ...large,
    };
  },
};
