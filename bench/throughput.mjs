// Tasks a second through the whole path, from the release to the outcome, beside what BullMQ alone does in the same
// run: `npm run bench:throughput -- --agents 10000 --per-lca 500 --concurrency 500 --workers 1 --rounds 3`.
import { parseArgs } from 'node:util';
import { measureBareQueue } from './bareQueue.mjs';
import { startLcas } from './lcas.mjs';
import { say, startBenchRedis, startSystem } from './system.mjs';

const { values } = parseArgs({
  options: {
    agents: { type: 'string', default: '10000' },
    'per-lca': { type: 'string', default: '500' },
    concurrency: { type: 'string', default: '500' },
    workers: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '3' },
    profile: { type: 'string' },
  },
});
const [agents, perLca, concurrency, workers, rounds] = [
  values.agents,
  values['per-lca'],
  values.concurrency,
  values.workers,
  values.rounds,
].map(Number);
const UPGRADE = { fromVersion: '1.2.0', toVersion: '1.3.0', toRelease: '221' };
const LOOK_EVERY_MS = 100;
const SHOWN_COMMANDS = 24;

async function bareRound() {
  const redis = await startBenchRedis();
  try {
    const before = await redis.cpuSeconds();
    const jobsPerSecond = await measureBareQueue(redis.url, agents);
    return { jobsPerSecond, redis: (((await redis.cpuSeconds()) - before) * 1e6) / agents };
  } finally {
    await redis.stop();
  }
}

async function planRound() {
  const system = await startSystem({ workers, profileFolder: values.profile });
  try {
    const agentIds = Array.from({ length: agents }, (_, index) => `agent-${index}`);
    const lcaOf = (/** @type {number} */ index) => `lca-${Math.floor(index / perLca)}`;
    await system.client.importAgents(
      agentIds.map((agentId, index) => ({
        agentId,
        lcaUuid: lcaOf(index),
        components: [
          { componentName: 'zmetis', runtimeStatus: 'running', actualVersion: '1.2.0', actualRelease: '215' },
        ],
      })),
    );
    const lcas = [...new Set(agentIds.map((_, index) => lcaOf(index)))];
    const fleet = await startLcas({ url: system.url, token: system.token, lcas, ...UPGRADE });
    const used = async () => ({
      commands: await system.redis.commands(),
      stats: await system.redis.commandStats(),
      redis: await system.redis.cpuSeconds(),
      api: system.cpuSeconds('api'),
      workers: system.cpuSeconds('worker'),
      lcas: fleet.cpuSeconds(),
    });
    const plan = {
      name: 'Throughput',
      ...UPGRADE,
      agentIds,
      batchSize: agents,
      concurrency,
      autoStart: false,
    };
    const { id } = await system.client.createPlan(plan);
    const before = await used();
    const began = performance.now();
    await system.client.startPlan(id);
    for (;;) {
      const { status, counts } = await system.client.getPlanSummary(id);
      if (counts.completed === agents) break;
      if (status !== 'running' && status !== 'pending') throw new Error(`the plan is ${status}`);
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
    const seconds = (performance.now() - began) / 1_000;
    const after = await used();
    say(`${(agents / (await fleet.stop())).toFixed(1)} tasks for each check-in`);
    sayCommands(before.stats, after.stats);
    const usPerTask = (/** @type {'redis' | 'api' | 'workers' | 'lcas'} */ who) =>
      ((after[who] - before[who]) * 1e6) / agents;
    return {
      tasksPerSecond: agents / seconds,
      commands: (after.commands - before.commands) / agents,
      redis: usPerTask('redis'),
      api: usPerTask('api'),
      workers: usPerTask('workers'),
      lcas: usPerTask('lcas'),
    };
  } finally {
    await system.stop();
  }
}

/**
 * @param {Map<string, {calls: number, us: number}>} before
 * @param {Map<string, {calls: number, us: number}>} after
 */
function sayCommands(before, after) {
  const perTask = [...after].map(([name, { calls, us }]) => {
    const { calls: callsBefore, us: usBefore } = before.get(name) ?? { calls: 0, us: 0 };
    return { name, calls: (calls - callsBefore) / agents, us: (us - usBefore) / agents };
  });
  for (const { name, calls, us } of perTask.toSorted((a, b) => b.us - a.us).slice(0, SHOWN_COMMANDS)) {
    say(`${name}: ${calls.toFixed(2)} calls and ${us.toFixed(1)} µs per task`);
  }
}

const median = (/** @type {number[]} */ numbers) =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

/** @type {(Awaited<ReturnType<typeof planRound>> & {bare: number, bareRedis: number, ratio: number})[]} */
const all = [];
for (let round = 0; round < rounds; round += 1) {
  const bare = await bareRound();
  const ours = await planRound();
  const { jobsPerSecond } = bare;
  all.push({
    ...ours,
    bare: jobsPerSecond,
    bareRedis: bare.redis,
    ratio: ours.tasksPerSecond / jobsPerSecond,
  });
  say(`round ${round + 1}: ${Math.round(ours.tasksPerSecond)} tasks/s, ${Math.round(jobsPerSecond)} jobs/s`);
}
const shown = (/** @type {keyof typeof all[number]} */ name, digits = 0) => {
  const numbers = all.map((one) => one[name]);
  const [least, most] = [Math.min(...numbers), Math.max(...numbers)].map((number) => number.toFixed(digits));
  return `${median(numbers).toFixed(digits)} (${least} to ${most})`;
};
console.log(
  '| agents | of an LCA | concurrency | workers | tasks/s | bare jobs/s | ratio | Redis commands per task | µs per bare job: Redis | µs per task: Redis | api | workers | LCAs |',
);
console.log('| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |');
console.log(
  `| ${agents} | ${perLca} | ${concurrency} | ${workers} | ${shown('tasksPerSecond')} | ${shown('bare')} | ${shown('ratio', 3)} | ` +
    `${shown('commands', 1)} | ${shown('bareRedis')} | ${shown('redis')} | ${shown('api')} | ${shown('workers')} | ${shown('lcas')} |`,
);
