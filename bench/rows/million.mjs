// A plan of a million agents, through imports and a raised limit.
import { runPlans } from '../planRun.mjs';

/** @type {import('../row.mjs').Group} */
export const million = {
  rows: [
    { name: 'million', figure: 'tasks/s in a plan of a million agents', yardstick: null, mark: null },
    { name: 'millionBytes', figure: 'bytes of Redis per task of it, ended', yardstick: null, mark: null },
    { name: 'create1000000', figure: 'seconds to make it', yardstick: null, mark: null },
  ],
  measure: async (isQuick) => {
    const agents = isQuick ? 10_000 : 1_000_000;
    const run = await runPlans({ agents, perLca: 500, maxAgents: agents });
    return {
      million: { ours: run.tasksPerSecond },
      millionBytes: { ours: run.bytesEnded },
      create1000000: { ours: run.createS },
    };
  },
};
