// One plan from its start to its last outcome, and what that has used.
import { setTimeout as wait } from 'node:timers/promises';
import { startLcas } from './lcas.mjs';
import { p99 } from './numbers.mjs';
import { startSystem } from './system.mjs';

const UPGRADE = { fromVersion: '1.2.0', toVersion: '1.3.0', toRelease: '221' };
const LOOK_EVERY_MS = 50;
/** One of a million agents takes longer than a client waits by itself. */
const MADE_WITHIN_MS = 300_000;
/** One that is paused, which none should be, would never end. */
const ENDED_WITHIN_MS = 1_800_000;
/** Those that are not retired yet, as the store names them. */
const ACTIVE_PLANS = 'gradus:{index}:active-plans';
/** More of them at once would be refused as too many requests. */
const STARTED_AT_ONCE = 50;
/** Of an import: one request's body. */
const AGENTS_A_REQUEST = 20_000;

/** @typedef {Awaited<ReturnType<typeof startSystem>>} System */

/** @param {number} index */
export function agentIdOf(index) {
  return `agent-${index}`;
}

/**
 * @param {System} system
 * @param {number} agents how many
 * @param {number} perLca how many each LCA has
 * @returns {Promise<string[]>} the LCAs' uuids
 */
export async function registerAgents({ client }, agents, perLca) {
  const lcaOf = (/** @type {number} */ index) => `lca-${Math.floor(index / perLca)}`;
  for (let first = 0; first < agents; first += AGENTS_A_REQUEST) {
    const some = Array.from({ length: Math.min(AGENTS_A_REQUEST, agents - first) }, (_, index) => ({
      agentId: agentIdOf(first + index),
      lcaUuid: lcaOf(first + index),
      components: [
        { componentName: 'zmetis', runtimeStatus: 'running', actualVersion: '1.2.0', actualRelease: '215' },
      ],
    }));
    await client.importAgents(some);
  }
  return Array.from({ length: Math.ceil(agents / perLca) }, (_, index) => `lca-${index}`);
}

/**
 * @param {number} from
 * @param {number} to
 */
export function planOf(from, to, concurrency = 500) {
  return {
    name: `Agents ${from} to ${to}`,
    ...UPGRADE,
    agentIds: Array.from({ length: to - from }, (_, index) => agentIdOf(from + index)),
    batchSize: to - from,
    concurrency,
    autoStart: false,
  };
}

/**
 * @param {System} system
 * @param {string[]} lcas
 */
export function startFleet({ url, token }, lcas) {
  return startLcas({ url, token, lcas, ...UPGRADE });
}

/**
 * @param {object} options
 * @param {number} options.agents
 * @param {number} options.perLca
 * @param {number} [options.workers]
 * @param {number} [options.plans] among which the agents are dealt out
 * @param {number} [options.maxAgents] that a plan may have
 * @param {string} [options.profileFolder]
 */
export async function runPlans({ agents, perLca, workers = 1, plans = 1, maxAgents, profileFolder }) {
  const apiEnv = maxAgents === undefined ? {} : { GRADUS_MAX_AGENTS_PER_PLAN: String(maxAgents) };
  const system = await startSystem({ workers, profileFolder, apiEnv });
  try {
    const { client, redis } = system;
    const bytesEmpty = await redis.usedMemory();
    const lcas = await registerAgents(system, agents, perLca);
    const bytesBefore = await redis.usedMemory();
    const fleet = await startFleet(system, lcas);
    const each = agents / plans;
    /** @type {string[]} */
    const ids = [];
    const madeFrom = performance.now();
    for (let plan = 0; plan < plans; plan += 1) {
      const input = planOf(plan * each, (plan + 1) * each);
      ids.push((await client.createPlan(input, { minimal: true, timeoutMs: MADE_WITHIN_MS })).id);
    }
    const createS = (performance.now() - madeFrom) / 1_000;
    const used = async () => ({
      commands: await redis.commands(),
      stats: await redis.commandStats(),
      redis: await redis.cpuSeconds(),
      api: system.cpuSeconds('api'),
      workers: system.cpuSeconds('worker'),
      lcas: fleet.cpuSeconds(),
    });
    const before = await used();
    const began = performance.now();
    for (let first = 0; first < ids.length; first += STARTED_AT_ONCE) {
      await Promise.all(ids.slice(first, first + STARTED_AT_ONCE).map((id) => client.startPlan(id)));
    }
    let bytesMost = 0;
    /** @type {number[]} */
    const looks = [];
    const [firstId = ''] = ids;
    // A look at each of very many plans would be a good part of what the api has to do.
    for (let left = ids.length; left > 0; left = await redis.connection.zcard(ACTIVE_PLANS)) {
      if (performance.now() - began > ENDED_WITHIN_MS) throw new Error(`${left} plans have not ended`);
      bytesMost = Math.max(bytesMost, await redis.usedMemory());
      const asked = performance.now();
      await client.getPlanSummary(firstId);
      looks.push(performance.now() - asked);
      await wait(LOOK_EVERY_MS);
    }
    const seconds = (performance.now() - began) / 1_000;
    const after = await used();
    for (const id of ids) {
      const { status, counts } = await client.getPlanSummary(id);
      if (status !== 'completed' || counts.completed !== each) throw new Error(`${id} is ${status}`);
    }
    const { bytes } = await fleet.stop();
    const bytesEnded = await redis.usedMemory();
    const usPerTask = (/** @type {'redis' | 'api' | 'workers' | 'lcas'} */ who) =>
      ((after[who] - before[who]) * 1e6) / agents;
    return {
      tasksPerSecond: agents / seconds,
      createS,
      commandsPerTask: (after.commands - before.commands) / agents,
      redisUs: usPerTask('redis'),
      apiUs: usPerTask('api'),
      workersUs: usPerTask('workers'),
      lcasUs: usPerTask('lcas'),
      lookP99Ms: p99(looks),
      networkBytes: bytes / agents,
      inventoryBytes: (bytesBefore - bytesEmpty) / agents,
      bytesRunning: (bytesMost - bytesBefore) / agents,
      bytesEnded: (bytesEnded - bytesBefore) / agents,
      statsBefore: before.stats,
      statsAfter: after.stats,
    };
  } finally {
    await system.stop();
  }
}
