// Whether many plans at once cost more than one.
import { runPlans } from '../planRun.mjs';

const PLANS = 1_000;
const YARDSTICK = 'with one plan of as many agents';

/**
 * @param {number} plans
 * @param {number} agentsEach
 * @returns {Promise<{ours: number, yardstick: number}>}
 */
async function beside(plans, agentsEach) {
  const agents = plans * agentsEach;
  const one = await runPlans({ agents, perLca: 500 });
  const many = await runPlans({ agents, perLca: 500, plans });
  return { ours: many.tasksPerSecond, yardstick: one.tasksPerSecond };
}

/** @type {import('../row.mjs').Group} */
export const plans = {
  rows: [
    {
      name: 'plans',
      figure: 'tasks/s with 1,000 plans at once, of 100 agents each',
      yardstick: YARDSTICK,
      mark: { least: 0.8 },
    },
    {
      name: 'smallPlans',
      figure: 'the same with plans of 10 agents each',
      yardstick: YARDSTICK,
      mark: null,
    },
  ],
  measure: async (isQuick) => ({
    plans: await beside(isQuick ? 50 : PLANS, 100),
    smallPlans: await beside(isQuick ? 50 : PLANS, 10),
  }),
};
