// More than the api can do, of every kind at once: it refuses the rest, stays within its memory, and a plan goes on.
import { setMaxListeners } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { createClient } from '@gradus/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeApiKey } from '../support/apiKeys.js';
import { registerFleet, UPGRADE } from '../support/fleet.js';
import { type Gradus, startGradus } from '../support/gradus.js';
import { waitFor } from '../support/waitFor.js';
import {
  checkInAgainAndAgain,
  createPlans,
  holdLongPolls,
  sendLargeBodies,
  type Tally,
  type Target,
  trickle,
} from './loads.js';
import { isMeasurable, watchProcess } from './measure.js';
import { overload } from './overloadSettings.js';

const HEAP_MIB = 512;
const BODIES_AT_ONCE = 4;
const COMPLETES_WITHIN_MS = 400_000;
/** What may come of a request under load; anything else is a fault. */
const EXPECTED = new Set(['200', '403', '409', '422', '429', '503', 'closed', 'dropped']);

/** The load's own token: what it uses up is not that of the plan's LCAs. */
const stranger = makeApiKey('stranger');

let gradus: Gradus;

beforeAll(async () => {
  gradus = await startGradus({
    keys: [stranger.key],
    env: {
      NODE_OPTIONS: `--max-old-space-size=${HEAP_MIB}`,
      GRADUS_WAITING_AT_ONCE: String(overload.waitingAtOnce),
      GRADUS_BODY_LIMIT: String(overload.bodyLimit),
      GRADUS_BODY_BYTES_AT_ONCE: String(BODIES_AT_ONCE * overload.bodyLimit),
    },
  });
});
afterAll(() => gradus.stop());

function shown(tally: Tally): string {
  return [...tally]
    .map(([kind, outcomes]) => {
      const counts = [...outcomes].sort(([a], [b]) => a.localeCompare(b));
      return `overload | ${kind}: ${counts.map(([what, times]) => `${what} × ${times}`).join(', ')}`;
    })
    .join('\n');
}

/** @returns how often any load met one of the outcomes */
function timesOf(tally: Tally, ...outcomes: string[]): number {
  const all = [...tally.values()].flatMap((ofKind) => outcomes.map((what) => ofKind.get(what) ?? 0));
  return all.reduce((sum, times) => sum + times, 0);
}

test(
  'the api refuses what is too much, keeps within its memory, and the plan goes on to its end',
  async () => {
    const client = createClient({ baseUrl: gradus.url, token: gradus.token, maxRetries: 50 });
    const { agentIds, lcas } = await registerFleet(client, overload.planAgents, {
      url: gradus.url,
      token: gradus.token,
      upgradeMs: 100,
    });
    await client.importAgents(
      Array.from({ length: overload.lcas }, (_, index) => ({
        agentId: `load-${index}`,
        lcaUuid: `load-${index}`,
        components: [{ componentName: 'zmetis', actualVersion: '1.2.0', actualRelease: '215' }],
      })),
    );
    const ending = new AbortController();
    setMaxListeners(0, ending.signal);
    const tally: Tally = new Map();
    const target: Target = { url: gradus.url, token: stranger.token, tally, signal: ending.signal };
    const { peak, stopWatching } = watchProcess(gradus.api.pid);
    const began = performance.now();
    const loads = [
      holdLongPolls(target, overload.longPolls),
      checkInAgainAndAgain(target, overload.lcas, overload.checkInEveryMs),
      createPlans(target, overload.createsASecond, (index) => ({
        ...UPGRADE,
        agentIds: [`load-${index % overload.lcas}`],
        autoStart: false,
      })),
      sendLargeBodies(target, overload.largeBodies, overload.bodyLimit),
      trickle(target, overload.slowClients),
    ];
    lcas.start();
    try {
      const plan = await waitFor(
        () =>
          client.createPlan(
            { ...UPGRADE, agentIds, batchSize: 50, concurrency: 20 },
            { idempotencyKey: 'the-plan' },
          ),
        { what: 'the plan to be made', timeoutMs: 120_000 },
      );
      const ended = await waitFor(
        async () => {
          const summary = await client.getPlanSummary(plan.id);
          return summary.completedAt !== null && summary;
        },
        { what: 'the plan to end under load', timeoutMs: COMPLETES_WITHIN_MS },
      );
      const planMs = performance.now() - began;
      await wait(Math.max(0, overload.atLeastMs - planMs));
      console.log(`overload | the plan ended after ${(planMs / 1_000).toFixed(1)} s`);
      expect(ended).toMatchObject({ status: 'completed', counts: { completed: overload.planAgents } });
      expect(timesOf(tally, '429', '503')).toBeGreaterThan(0);
      expect(timesOf(tally, '200')).toBeGreaterThan(0);
      const unexpected = [...tally.values()].flatMap((ofKind) => [...ofKind.keys()]);
      expect(unexpected.filter((what) => !EXPECTED.has(what))).toEqual([]);
      if (isMeasurable) expect(peak.rssMiB).toBeLessThan(overload.rssMiB);
    } finally {
      const seconds = ((performance.now() - began) / 1_000).toFixed(1);
      const { rssMiB, openFiles } = stopWatching();
      const held = `the api had at most ${rssMiB} MiB and ${openFiles} open files`;
      console.log(`overload | ${seconds} s; ${held}\n${shown(tally)}`);
      ending.abort();
      await Promise.all(loads);
      await lcas.stop();
    }
    // Rid of the load, it serves as before.
    await waitFor(() => client.listPlans({ limit: 1 }).next(), { what: 'the api to answer as before' });
  },
  COMPLETES_WITHIN_MS + 2 * overload.atLeastMs,
);
