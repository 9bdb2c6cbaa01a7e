// How soon a pause is one.
import { setTimeout as wait } from 'node:timers/promises';
import { planOf, registerAgents, startFleet } from '../planRun.mjs';
import { startSystem } from '../system.mjs';

const LOOK_EVERY_MS = 10;
const SETTLED_MS = 2_000;

/** @type {import('../row.mjs').Group} */
export const pause = {
  rows: [
    {
      name: 'pause',
      figure: 'ms from the pause to the last dispatch, 4 workers at full speed',
      yardstick: null,
      mark: { most: 250 },
    },
    {
      name: 'released',
      figure: 'agents released after the pause was answered',
      yardstick: null,
      mark: { most: 0 },
    },
  ],
  measure: async (isQuick) => {
    const system = await startSystem({ workers: 4 });
    try {
      const agents = isQuick ? 4_000 : 20_000;
      const { client } = system;
      const fleet = await startFleet(system, await registerAgents(system, agents, 500));
      const { id } = await client.createPlan(planOf(0, agents), { minimal: true });
      await client.startPlan(id);
      while ((await client.getPlanSummary(id)).counts.completed < agents / 4) await wait(LOOK_EVERY_MS);
      const paused = await client.pausePlan(id);
      const started = (/** @type {typeof paused} */ { counts }) => counts.agents - counts.pending;
      await wait(SETTLED_MS);
      const after = await client.getPlanSummary(id);
      const pausedAt = Date.parse(paused.pausedAt ?? '');
      let last = pausedAt;
      for await (const { type, at } of client.listEvents(id, { limit: 1_000 })) {
        if (type === 'task.dispatched') last = Math.max(last, Date.parse(at));
      }
      await fleet.stop();
      return {
        pause: { ours: last - pausedAt },
        released: { ours: Math.max(0, started(after) - started(paused)) },
      };
    } finally {
      await system.stop();
    }
  },
};
