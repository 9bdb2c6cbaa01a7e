// The whole path of a task, beside what BullMQ alone does with as many jobs.
import { runBareJobs } from '../bareQueue.mjs';
import { runPlans } from '../planRun.mjs';

const PATH = 'the whole path: release, dispatch job, mailbox, check-in, report, outcome, next';
const BARE = 'bare BullMQ jobs, one worker process';

/** @type {import('../row.mjs').Group} */
export const path = {
  rows: [
    {
      name: 'gateways',
      figure: `tasks/s through ${PATH}; LCAs of 500 agents, concurrency 500`,
      yardstick: `${BARE}, jobs/s`,
      mark: { least: 0.5 },
    },
    {
      name: 'singles',
      figure: 'the same with LCAs of one agent each',
      yardstick: `${BARE}, jobs/s`,
      mark: { least: 0.25 },
    },
    {
      name: 'commands',
      figure: 'Redis commands per task, those inside of scripts among them',
      yardstick: null,
      mark: null,
    },
    { name: 'redisUs', figure: 'µs of Redis per task', yardstick: 'per bare job', mark: null },
    { name: 'apiUs', figure: 'µs of the api per task', yardstick: null, mark: null },
    { name: 'workerUs', figure: 'µs of the worker per task', yardstick: null, mark: null },
    {
      name: 'networkBytes',
      figure: 'bytes per task between LCAs and api, both ways, headers and all',
      yardstick: null,
      mark: null,
    },
    {
      name: 'inventoryBytes',
      figure: 'bytes of Redis per agent of the inventory',
      yardstick: null,
      mark: null,
    },
  ],
  measure: async (isQuick) => {
    const agents = isQuick ? 1_000 : 10_000;
    const bare = await runBareJobs(agents);
    const gateways = await runPlans({ agents, perLca: 500 });
    const alone = isQuick ? 200 : 5_000;
    const fewBare = await runBareJobs(alone);
    const singles = await runPlans({ agents: alone, perLca: 1 });
    return {
      gateways: { ours: gateways.tasksPerSecond, yardstick: bare.jobsPerSecond },
      singles: { ours: singles.tasksPerSecond, yardstick: fewBare.jobsPerSecond },
      commands: { ours: gateways.commandsPerTask },
      redisUs: { ours: gateways.redisUs, yardstick: bare.redisUs },
      apiUs: { ours: gateways.apiUs },
      workerUs: { ours: gateways.workersUs },
      networkBytes: { ours: gateways.networkBytes },
      inventoryBytes: { ours: gateways.inventoryBytes },
    };
  },
};
