// Whether worker processes get into each other's way.
import { runPlans } from '../planRun.mjs';

/** @type {import('../row.mjs').Group} */
export const workers = {
  rows: [
    {
      name: 'workers',
      figure: 'tasks/s with 4 worker processes',
      yardstick: 'with the best number of them',
      mark: { least: 0.8 },
    },
  ],
  measure: async (isQuick) => {
    const agents = isQuick ? 1_000 : 10_000;
    /** @type {number[]} */
    const speeds = [];
    for (let count = 1; count <= 4; count += 1) {
      speeds.push((await runPlans({ agents, perLca: 500, workers: count })).tasksPerSecond);
    }
    return { workers: { ours: speeds.at(-1) ?? Number.NaN, yardstick: Math.max(...speeds) } };
  },
};
