// Many plans at once: how long they take under several workers, and what Redis holds meanwhile. Prints one table
// row; `npm run bench:plans -- --plans 1000 --agents 50 --workers 4`.
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { say, startSystem } from './system.mjs';

const { values } = parseArgs({
  options: {
    plans: { type: 'string', default: '1000' },
    agents: { type: 'string', default: '50' },
    workers: { type: 'string', default: '4' },
    concurrency: { type: 'string', default: '10' },
  },
});
const [plans, agents, workers, concurrency] = [
  values.plans,
  values.agents,
  values.workers,
  values.concurrency,
].map(Number);
const AGENTS_PER_LCA = 500;
const CREATED_AT_ONCE = 20;

const { client, redis, start, stop, token, url } = await startSystem({ workers });
try {
  await start('fleet', {
    GRADUS_URL: url,
    GRADUS_TOKEN: token,
    GRADUS_DEMO_AGENTS: String(plans * agents),
    GRADUS_FLEET_AGENTS_PER_LCA: String(AGENTS_PER_LCA),
    GRADUS_FLEET_UPGRADE_MS: '50',
    GRADUS_FLEET_HEARTBEAT_MS: '3600000',
  });
  const before = await redis.usedMemory();
  const began = performance.now();
  /** @type {string[]} */
  const ids = [];
  for (let next = 0; next < plans; next += CREATED_AT_ONCE) {
    const some = Array.from({ length: Math.min(CREATED_AT_ONCE, plans - next) }, (_, index) => next + index);
    const made = await Promise.all(
      some.map((index) =>
        client.createPlan({
          name: `Plan ${index}`,
          fromVersion: '1.2.0',
          toVersion: '1.3.0',
          toRelease: '221',
          agentIds: Array.from({ length: agents }, (_, agent) => `item${index * agents + agent + 1}`),
          batchSize: 10,
          concurrency,
        }),
      ),
    );
    ids.push(...made.map(({ id }) => id));
  }
  const createdS = (performance.now() - began) / 1000;
  let peak = 0;
  const open = new Set(ids);
  let completed = 0;
  while (open.size > 0) {
    peak = Math.max(peak, await redis.usedMemory());
    for (const id of [...open].slice(0, 25)) {
      const plan = await client.getPlanSummary(id);
      if (plan.completedAt === null) continue;
      open.delete(id);
      if (plan.status === 'completed' && plan.counts.completed === agents) completed += 1;
      else say(`${id} ended ${plan.status}: ${JSON.stringify(plan.counts)}`);
    }
    await wait(100);
  }
  const seconds = (performance.now() - began) / 1000;
  const after = await redis.usedMemory();
  const tasks = plans * agents;
  const perTask = (/** @type {number} */ bytes) => Math.round((bytes - before) / tasks);
  console.log(
    '| plans | agents each | workers | ended right | creating | all | tasks/s | Redis at most | per task at most | per task ended |',
  );
  console.log('| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |');
  console.log(
    `| ${plans} | ${agents} | ${workers} | ${completed} | ${createdS.toFixed(1)} s | ${seconds.toFixed(1)} s | ` +
      `${Math.round(tasks / seconds)} | ${(peak / 1048576).toFixed(0)} MiB | ${perTask(peak)} B | ${perTask(after)} B |`,
  );
  process.exitCode = completed === plans ? 0 : 1;
} finally {
  await stop();
}
