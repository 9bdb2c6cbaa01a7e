// What the console takes of the browser's main thread for a frame, while a plan of very many agents runs, its page is
// scrolled, and hundreds of events a second come: `npm run bench:console -- --agents 100000 --rate 250 --seconds 20`.
import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { findChromium } from '../scripts/browser.mjs';
import { startLcas } from './lcas.mjs';
import { say, startSystem } from './system.mjs';

const { values } = parseArgs({
  options: {
    agents: { type: 'string', default: '100000' },
    'per-lca': { type: 'string', default: '1000' },
    rate: { type: 'string', default: '250' },
    seconds: { type: 'string', default: '20' },
  },
});
const [agents, perLca, rate, seconds] = [values.agents, values['per-lca'], values.rate, values.seconds].map(
  Number,
);
const UPGRADE = { fromVersion: '1.2.0', toVersion: '1.3.0', toRelease: '221' };
const ARGS = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-sync'];
const CATEGORIES = [
  'devtools.timeline',
  'disabled-by-default-devtools.timeline',
  'disabled-by-default-devtools.timeline.frame',
];
const SCROLL_EVERY_MS = 50;

/** @typedef {{name: string, ph: string, ts: number, dur?: number, tdur?: number, pid: number, tid: number}} TraceEvent */

/**
 * Of the page's main thread: how much of its own time lies from the task of one frame to that of the next.
 *
 * @param {TraceEvent[]} events
 * @returns {number[]} milliseconds
 */
function frameTimes(events) {
  /** @type {Map<string, TraceEvent[]>} */
  const threads = new Map();
  for (const event of events) {
    if (event.name !== 'BeginMainThreadFrame') continue;
    const thread = `${event.pid} ${event.tid}`;
    threads.set(thread, threads.get(thread) ?? []);
    threads.get(thread)?.push(event);
  }
  const [begins = []] = [...threads.values()].sort((a, b) => b.length - a.length);
  begins.sort((a, b) => a.ts - b.ts);
  const { pid, tid } = begins[0] ?? { pid: 0, tid: 0 };
  const tasks = events
    .filter((event) => event.name === 'RunTask' && event.ph === 'X' && event.pid === pid && event.tid === tid)
    .sort((a, b) => a.ts - b.ts);
  const times = [];
  let frame = 0;
  let spent = 0;
  for (const { ts, dur = 0, tdur = 0 } of tasks) {
    const begun = begins[frame];
    if (begun !== undefined && begun.ts >= ts && begun.ts < ts + dur) {
      if (frame > 0) times.push(spent / 1_000);
      spent = 0;
      frame += 1;
    }
    spent += tdur;
  }
  return times;
}

/** @param {number[]} sorted @param {number} share */
const at = (sorted, share) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;

const executablePath = await findChromium(say);
if (executablePath === null) throw new Error('there is no Chromium');
const system = await startSystem({ workers: 0 });
const browser = await chromium.launch({ executablePath, args: ARGS });
try {
  await system.start('worker', { GRADUS_DISPATCH_RATE: String(rate) });
  const agentIds = Array.from({ length: agents ?? 0 }, (_, index) => `agent-${index}`);
  const lcaOf = (/** @type {number} */ index) => `lca-${Math.floor(index / (perLca ?? 1))}`;
  say(`registering ${agents} agents`);
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
  const batchSizes = ['1%', '9%', '30%'];
  const { id } = await system.client.createPlan(
    { name: 'Frames', ...UPGRADE, agentIds, batchSizes, concurrency: 1_000 },
    { minimal: true, timeoutMs: 120_000 },
  );

  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.goto(`${system.url}/plans/${id}`);
  await page.getByLabel('Token').fill(system.token);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('Agents, live').click();
  await page.locator('.log li').first().waitFor();
  // Again, with all in the browser's cache but what is asked of the API: until what matters can be seen.
  const openedAt = performance.now();
  await page.reload({ waitUntil: 'commit' });
  await page.locator('.figures').waitFor();
  const usableMs = performance.now() - openedAt;
  await page.getByText('Agents, live').click();
  await page.locator('.log li').first().waitFor();

  const lastEvent = async () => {
    const { eventId } = await page.evaluate(
      async (path) => {
        let eventId = 0;
        const answer = await fetch(path, { headers: { accept: 'application/json' } });
        for (const one of (await answer.json()).items) eventId = Number(one.id);
        return { eventId };
      },
      `/api/v1/lifecycle/upgrade-plans/${id}/events?limit=1000&cursor=${Math.max(0, lastSeen)}`,
    );
    return eventId;
  };
  let lastSeen = 0;
  const catchUp = async () => {
    for (;;) {
      const found = await lastEvent();
      if (found === 0) return lastSeen;
      lastSeen = found;
    }
  };
  const before = await catchUp();
  const startedAt = performance.now();
  await browser.startTracing(page, { categories: CATEGORIES });
  for (const until = startedAt + (seconds ?? 0) * 1_000; performance.now() < until; ) {
    const isDown = Math.floor(performance.now() / 2_000) % 2 === 0;
    await page.mouse.move(600, 500);
    await page.mouse.wheel(0, isDown ? 60 : -60);
    await wait(SCROLL_EVERY_MS);
  }
  const trace = JSON.parse((await browser.stopTracing()).toString());
  const took = (performance.now() - startedAt) / 1_000;
  const eventsPerSecond = ((await catchUp()) - before) / took;
  const sorted = frameTimes(trace.traceEvents).sort((a, b) => a - b);
  const shown = (/** @type {number} */ ms) => ms.toFixed(1);
  console.log('| agents | events/s | frames | p50 | p95 | p99 | most | usable after |');
  console.log('| --- | --- | --- | --- | --- | --- | --- | --- |');
  console.log(
    `| ${agents?.toLocaleString('en')} | ${Math.round(eventsPerSecond)} | ${sorted.length} | ${shown(at(sorted, 0.5))} ms | ${shown(at(sorted, 0.95))} ms | ${shown(at(sorted, 0.99))} ms | ${shown(sorted.at(-1) ?? Number.NaN)} ms | ${Math.round(usableMs)} ms |`,
  );
  if (at(sorted, 0.95) >= 16) process.exitCode = 1;
  await fleet.stop();
} finally {
  await browser.close();
  await system.stop();
}
