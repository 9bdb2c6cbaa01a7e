// Whether many plans at once cost more than one.
import { runPlans } from '../planRun.mjs';

/** @type {import('../row.mjs').Group} */
export const plans = {
  rows: [
    {
      name: 'plans',
      figure: 'tasks/s with 1,000 plans at once',
      yardstick: 'with one plan of as many agents',
      mark: { least: 0.8 },
    },
  ],
  measure: async (isQuick) => {
    const agents = isQuick ? 1_000 : 10_000;
    const one = await runPlans({ agents, perLca: 500 });
    const many = await runPlans({ agents, perLca: 500, plans: isQuick ? 100 : 1_000 });
    return { plans: { ours: many.tasksPerSecond, yardstick: one.tasksPerSecond } };
  },
};
