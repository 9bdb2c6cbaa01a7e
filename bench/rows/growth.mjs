// Whether a task costs the same in a large plan as in a small one, and what it takes of Redis' memory.
import { runPlans } from '../planRun.mjs';

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
    { name: 'tasks1000', figure: 'tasks/s, 1,000 agents', yardstick: null, mark: null },
    { name: 'tasks10000', figure: 'tasks/s, 10,000 agents', yardstick: null, mark: null },
    { name: 'create1000', figure: 'seconds to make a plan of 1,000 agents', yardstick: null, mark: null },
    { name: 'create10000', figure: 'seconds to make a plan of 10,000 agents', yardstick: null, mark: null },
    { name: 'create100000', figure: 'seconds to make a plan of 100,000 agents', yardstick: null, mark: null },
  ],
  measure: async (isQuick) => {
    const perLca = 500;
    const small = await runPlans({ agents: 1_000, perLca });
    const middle = await runPlans({ agents: isQuick ? 2_000 : 10_000, perLca });
    const large = await runPlans({ agents: isQuick ? 4_000 : 100_000, perLca });
    return {
      large: { ours: large.tasksPerSecond, yardstick: small.tasksPerSecond },
      bytesRunning: { ours: large.bytesRunning },
      bytesEnded: { ours: large.bytesEnded },
      tasks1000: { ours: small.tasksPerSecond },
      tasks10000: { ours: middle.tasksPerSecond },
      create1000: { ours: small.createS },
      create10000: { ours: middle.createS },
      create100000: { ours: large.createS },
    };
  },
};
