// A simulated plan beside the same plan in reality, with the same fates: `npm run bench:simulation -- --rounds 3`.
// And how long a plan of a million agents takes on paper.
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { drawFates, simulate } from '@gradus/simulation';
import { createFates } from '../apps/fleet/dist/fates.js';
import { say, startSystem } from './system.mjs';

const { values } = parseArgs({
  options: { agents: { type: 'string', default: '1000' }, rounds: { type: 'string', default: '3' } },
});
const [agents, rounds] = [values.agents, values.rounds].map(Number);
const AGENTS_PER_LCA = 50;
const UPGRADE_MS = 2_000;
const SETTINGS = /** @type {const} */ ({
  agents,
  cut: { batchSizes: ['5%', '20%'] },
  failureThreshold: 0.2,
  concurrency: 100,
  observeMs: 3_000,
  taskTimeoutMs: 600_000,
  maxAttempts: 1,
  onThreshold: 'pause',
  gate: 'auto',
});
const CONTROL_PLANE = { dispatchRate: 0, latencyMs: 20, promoteAfterMs: 0 };
const MILLION = 1_000_000;

/** @param {string} seed */
async function reality(seed) {
  const system = await startSystem({ workers: 1 });
  try {
    await system.start('fleet', {
      GRADUS_URL: system.url,
      GRADUS_TOKEN: system.token,
      GRADUS_DEMO_AGENTS: String(agents),
      GRADUS_FLEET_AGENTS_PER_LCA: String(AGENTS_PER_LCA),
      GRADUS_FLEET_UPGRADE_MS: String(UPGRADE_MS),
      GRADUS_FLEET_SLOW_RATE: '0.01',
      GRADUS_DEMO_FAILURE_RATE: '0.05',
      GRADUS_FLEET_SEED: seed,
    });
    const { id } = await system.client.createPlan({
      name: 'Simulated as well',
      fromVersion: '1.2.0',
      toVersion: '1.3.0',
      toRelease: '221',
      agentIds: Array.from({ length: agents }, (_, index) => agentIdOf(index)),
      batchSizes: [...SETTINGS.cut.batchSizes],
      failureThreshold: SETTINGS.failureThreshold,
      concurrency: SETTINGS.concurrency,
      observeDuration: `${SETTINGS.observeMs / 1_000}s`,
    });
    for (;;) {
      const plan = await system.client.getPlanSummary(id);
      if (plan.completedAt !== null && plan.startedAt !== null) {
        return { ms: Date.parse(plan.completedAt) - Date.parse(plan.startedAt), failed: plan.counts.failed };
      }
      if (plan.status === 'paused') throw new Error(`the plan is paused: ${plan.pauseReason}`);
      await wait(100);
    }
  } finally {
    await system.stop();
  }
}

/** @param {string} seed */
function onPaper(seed) {
  const rates = { failureRate: 0.05, slowRate: 0.01, silentRate: 0, falseSuccessRate: 0 };
  const fates = createFates({ seed, upgradeMs: UPGRADE_MS, ...rates });
  const course = simulate(SETTINGS, CONTROL_PLANE, (agent) => {
    const { outcome, durationMs } = fates(agentIdOf(agent), 0);
    const isGood = outcome === 'success';
    return { outcome: isGood ? 'success' : 'failure', pickUpMs: 0, durationMs, crashAfterMs: null };
  });
  return { ms: course.endedAtMs, failed: course.counts.failed };
}

/** @param {number} index */
function agentIdOf(index) {
  return `item${index + 1}`;
}

function million() {
  const devices = {
    upgradeMs: 300_000,
    slowRate: 0.01,
    failureRate: 0.01,
    silentRate: 0.001,
    crashRate: 0.005,
    crashWithinMs: 3_600_000,
    pollMs: 60_000,
  };
  const settings = {
    ...SETTINGS,
    agents: MILLION,
    concurrency: 5_000,
    observeMs: 3_600_000,
    taskTimeoutMs: 7_200_000,
    maxAttempts: 2,
  };
  const began = performance.now();
  const course = simulate(settings, { ...CONTROL_PLANE, dispatchRate: 500 }, drawFates(devices, 1));
  return { course, seconds: (performance.now() - began) / 1_000 };
}

console.log('| round | real | on paper | paper / real | failed, real | failed, on paper |');
console.log('| --- | --- | --- | --- | --- | --- |');
let isApart = false;
for (let round = 1; round <= rounds; round += 1) {
  const real = await reality(`round ${round}`);
  const paper = onPaper(`round ${round}`);
  const ratio = paper.ms / real.ms;
  isApart ||= Math.abs(1 - ratio) > 0.1 || paper.failed !== real.failed;
  const seconds = [real, paper].map(({ ms }) => `${(ms / 1_000).toFixed(1)} s`).join(' | ');
  console.log(`| ${round} | ${seconds} | ${ratio.toFixed(3)} | ${real.failed} | ${paper.failed} |`);
}
const { course, seconds } = million();
say(
  `${MILLION} agents, ${course.attempts} attempts, ${(course.endedAtMs / 3_600_000).toFixed(1)} h: ${course.status}`,
);
console.log(`\nA million agents: ${seconds.toFixed(1)} s`);
process.exitCode = isApart ? 1 : 0;
