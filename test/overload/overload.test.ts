// More than the api can do, of every kind at once: it refuses the rest, stays within its memory, and a plan goes on.
import { setTimeout as wait } from 'node:timers/promises';
import { createClient } from '@gradus/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeApiKey } from '../support/apiKeys.js';
import { registerFleet, UPGRADE } from '../support/fleet.js';
import { type Gradus, startGradus } from '../support/gradus.js';
import { waitFor } from '../support/waitFor.js';
import { isMeasurable, watchProcess } from './measure.js';
import { overload } from './overloadSettings.js';
import { type Loads, type Outcome, startLoad, type Tally } from './startLoad.js';

const HEAP_MIB = 512;
const BODIES_AT_ONCE = 4;
const COMPLETES_WITHIN_MS = 400_000;
/** What may come of a request under load; anything else is a fault. */
const EXPECTED = new Set(['200', '403', '409', '422', '429', '503', 'closed', 'dropped', 'not sent']);

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

/**
 * First the long polls, which are there in quiet times too; once those are held that may be, all the rest, what is to be
 * many from one process and what is costly from another.
 *
 * @param openFiles how many the api has open
 * @returns what ends all of it
 */
async function startLoads(openFiles: () => number): Promise<() => Promise<Outcome[]>> {
  const { lcas, checkInEveryMs: everyMs, createsASecond, longPolls, largeBodies, bodyLimit } = overload;
  const start = (loads: Loads) => startLoad(gradus.url, stranger.token, loads);
  const stops = [start([['holdLongPolls', { howMany: longPolls }]])];
  if (isMeasurable) {
    await waitFor(() => openFiles() > overload.waitingAtOnce, {
      what: 'the long polls to be held',
      timeoutMs: 60_000,
    });
  }
  stops.push(
    start([['checkInAgainAndAgain', { lcas, everyMs }]]),
    start([
      ['createPlans', { aSecond: createsASecond, agents: lcas, plan: UPGRADE }],
      ['sendLargeBodies', { atOnce: largeBodies, bytes: bodyLimit }],
      ['trickle', { howMany: overload.slowClients }],
    ]),
  );
  return () => Promise.all(stops.map((stop) => stop()));
}

function show(outcomes: readonly Outcome[]): void {
  for (const { tally, busy } of outcomes) {
    console.log(`overload | a process of the load, busy for ${(100 * busy).toFixed(0)} % of its time:`);
    for (const [kind, ofKind] of Object.entries(tally)) {
      const counts = Object.entries(ofKind).sort(([a], [b]) => a.localeCompare(b));
      console.log(`overload |   ${kind}: ${counts.map(([what, times]) => `${what} × ${times}`).join(', ')}`);
    }
  }
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
    const { peak, stopWatching } = watchProcess(gradus.api.pid);
    const stopLoads = await startLoads(() => peak.openFiles);
    const began = performance.now();
    let outcomes: Outcome[] = [];
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
    } finally {
      const seconds = ((performance.now() - began) / 1_000).toFixed(1);
      outcomes = await stopLoads();
      const { rssMiB, openFiles } = stopWatching();
      console.log(`overload | ${seconds} s; the api had at most ${rssMiB} MiB and ${openFiles} open files`);
      show(outcomes);
      await lcas.stop();
    }
    const tally: Tally = Object.assign({}, ...outcomes.map((outcome) => outcome.tally));
    const times = (what: string) =>
      Object.values(tally).reduce((sum, ofKind) => sum + (ofKind[what] ?? 0), 0);
    expect(times('429') + times('503')).toBeGreaterThan(0);
    expect(times('200')).toBeGreaterThan(0);
    const came = Object.values(tally).flatMap((ofKind) => Object.keys(ofKind));
    expect(came.filter((what) => !EXPECTED.has(what))).toEqual([]);
    if (isMeasurable) expect(peak.rssMiB).toBeLessThan(overload.rssMiB);
    // Rid of the load, it serves as before.
    await waitFor(() => client.listPlans({ limit: 1 }).next(), { what: 'the api to answer as before' });
  },
  COMPLETES_WITHIN_MS + 2 * overload.atLeastMs,
);
