// Making and reading a plan of 100,000 agents, beside what moving the same bytes costs.
import { setTimeout as wait } from 'node:timers/promises';
import { startBareRoute } from '../bareRoute.mjs';
import { httpLoad } from '../httpLoad.mjs';
import { median, p99 } from '../numbers.mjs';
import { planOf, registerAgents } from '../planRun.mjs';
import { startSystem } from '../system.mjs';

const API = '/api/v1/lifecycle';
const FIELDS_A_COMMAND = 1_000;
const LOAD_S = 5;
const READS = 3;
const MEBIBYTE = 1024 * 1024;

/** @typedef {Awaited<ReturnType<typeof startSystem>>} System */

/** @type {import('../row.mjs').Group} */
export const reading = {
  rows: [
    {
      name: 'create',
      figure: 'ms of CreateGraduatedPlan of 100,000 agents, whole answer read',
      yardstick: 'writing the same bytes to Redis in pipelines, and the same answer as JSON',
      mark: { most: 2 },
    },
    {
      name: 'lag',
      figure: "p99 of the api's event-loop delay meanwhile, ms",
      yardstick: null,
      mark: { most: 50 },
    },
    { name: 'others', figure: 'p99 of GET /healthz meanwhile, ms', yardstick: null, mark: null },
    {
      name: 'summary',
      figure: 'requests/s of GET ?view=summary of that plan',
      yardstick: 'a bare Hono route with one HGETALL',
      mark: { least: 0.6 },
    },
    {
      name: 'summaryP99',
      figure: 'p99 of it at half the peak load, ms',
      yardstick: null,
      mark: { most: 15 },
    },
    {
      name: 'whole',
      figure: 'ms of GET of that whole plan',
      yardstick: 'reading the same bytes of Redis, and the same answer as JSON',
      mark: { most: 2 },
    },
    {
      name: 'rise',
      figure: "MiB that the api's memory rises by meanwhile",
      yardstick: null,
      mark: { most: 64 },
    },
    {
      name: 'checkIn',
      figure: 'requests/s of a check-in with nothing to do',
      yardstick: 'the bare route',
      mark: { least: 0.6 },
    },
  ],
  measure: async (isQuick) => {
    const agents = isQuick ? 5_000 : 100_000;
    const system = await startSystem({ workers: 1 });
    try {
      await registerAgents(system, agents, 500);
      const made = await create(system, agents);
      const wrote = await writeTheSame(system, made);
      const read = await readWhole(system, made.id);
      const readMs = await readTheSame(system, made);
      const bare = await startBareRoute(system.redis, 40);
      const seconds = isQuick ? 1 : LOAD_S;
      const bareLoad = await httpLoad({ url: bare.url, seconds });
      await bare.stop();
      const { url, token } = system;
      const summaryUrl = `${url}${API}/upgrade-plans/${made.id}?view=summary`;
      const summary = await httpLoad({ url: summaryUrl, seconds, token });
      const halfLoad = await httpLoad({
        url: summaryUrl,
        seconds,
        token,
        rate: summary.requestsPerSecond / 2,
      });
      const checkIns = await httpLoad({
        url: `${url}${API}/lcas/lca-idle/check-in`,
        seconds,
        token,
        body: '{"reports":[]}',
      });
      return {
        create: { ours: made.ms, yardstick: wrote },
        lag: { ours: made.lagMs },
        others: { ours: made.othersMs },
        summary: { ours: summary.requestsPerSecond, yardstick: bareLoad.requestsPerSecond },
        summaryP99: { ours: halfLoad.p99Ms },
        whole: { ours: read.ms, yardstick: readMs },
        rise: { ours: read.riseMiB },
        checkIn: { ours: checkIns.requestsPerSecond, yardstick: bareLoad.requestsPerSecond },
      };
    } finally {
      await system.stop();
    }
  },
};

/**
 * @param {System} system
 * @param {string} name
 * @returns {Promise<number>} of the api
 */
async function metric({ url, token }, name) {
  const answer = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${token}` } });
  const text = await answer.text();
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
}

/** Repeats a look until it is told to stop. @param {() => Promise<void>} look */
function keepLooking(look) {
  let isOver = false;
  const looking = (async () => {
    while (!isOver) await look();
  })();
  return async () => {
    isOver = true;
    await looking;
  };
}

/**
 * @param {System} system
 * @param {number} agents
 */
async function create(system, agents) {
  const { url, token } = system;
  const plan = { ...planOf(0, agents), batchSize: 1_000 };
  // What was before is not to count.
  await metric(system, 'nodejs_eventloop_lag_p99_seconds');
  /** @type {number[]} */
  const others = [];
  const stop = keepLooking(async () => {
    const asked = performance.now();
    await (await fetch(`${url}/healthz`)).text();
    others.push(performance.now() - asked);
    await wait(5);
  });
  const began = performance.now();
  const answer = await fetch(`${url}${API}/upgrade-plans`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(plan),
  });
  const text = await answer.text();
  const ms = performance.now() - began;
  await stop();
  const lagMs = (await metric(system, 'nodejs_eventloop_lag_p99_seconds')) * 1_000;
  const shown = JSON.parse(text);
  return { id: String(shown.id), shown, ms, lagMs, othersMs: p99(others) };
}

/**
 * @param {System} system
 * @param {{id: string, shown: {batches: {agentIds: string[]}[]}}} plan
 * @returns {Promise<number>} ms
 */
async function writeTheSame({ redis }, { id, shown }) {
  const { connection } = redis;
  const [agents, states] = await Promise.all(
    ['agents', 'state'].map((part) => connection.hgetall(`gradus:{${id}}:${part}`)),
  );
  const histories = Object.fromEntries(
    shown.batches
      .flatMap(({ agentIds }) => agentIds)
      .map((agentId, ordinal) => [agentId, `${id} ${ordinal}`]),
  );
  const hashes = Object.entries({ agents, states, histories });
  const began = performance.now();
  for (const [name, hash] of hashes) {
    const entries = Object.entries(hash ?? {});
    for (let first = 0; first < entries.length; first += FIELDS_A_COMMAND) {
      const pipeline = connection.pipeline();
      for (const [field, value] of entries.slice(first, first + FIELDS_A_COMMAND)) {
        pipeline.hset(`same:${name}`, field, value);
      }
      await pipeline.exec();
    }
  }
  JSON.stringify(shown);
  const ms = performance.now() - began;
  await connection.del(...hashes.map(([name]) => `same:${name}`));
  return ms;
}

/**
 * @param {System} system
 * @param {string} id
 */
async function readWhole(system, id) {
  const { url, token } = system;
  const headers = { authorization: `Bearer ${token}` };
  const read = async () => {
    const began = performance.now();
    const answer = await fetch(`${url}${API}/upgrade-plans/${id}`, { headers });
    // Not as one text: what is measured is the api.
    for await (const _ of answer.body ?? []);
    return performance.now() - began;
  };
  const residentBytes = () => metric(system, 'process_resident_memory_bytes');
  await read();
  const times = [];
  const rises = [];
  for (let count = 0; count < READS; count += 1) {
    const before = await residentBytes();
    let most = before;
    const stop = keepLooking(async () => {
      most = Math.max(most, await residentBytes());
      await wait(20);
    });
    times.push(await read());
    await stop();
    rises.push((most - before) / MEBIBYTE);
  }
  return { ms: median(times), riseMiB: median(rises) };
}

/**
 * @param {System} system
 * @param {{id: string, shown: {batches: {agentIds: string[]}[]}}} plan
 * @returns {Promise<number>} ms
 */
async function readTheSame({ redis }, { id, shown }) {
  const times = [];
  for (let count = 0; count < READS; count += 1) {
    const began = performance.now();
    let ordinal = 0;
    for (const { agentIds } of shown.batches) {
      const ordinals = agentIds.map(() => String(ordinal++));
      await Promise.all(
        ['agents', 'state'].map((part) => redis.connection.hmget(`gradus:{${id}}:${part}`, ...ordinals)),
      );
    }
    JSON.stringify(shown);
    times.push(performance.now() - began);
  }
  return median(times);
}
