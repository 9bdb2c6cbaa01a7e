// The engine against a reference: random runs of plans, LCAs, operators and hostile queues.
import { rm, writeFile } from 'node:fs/promises';
import { TRANSITIONS } from '@gradus/domain';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { clearNamespace, freshNamespace } from '../support/namespace.js';
import { inventories, planSpecs } from './arbitraries.js';
import { ACTIONS, fitted, shownSpec, type Tally } from './commands.js';
import { copyTree, MUTANTS, tryMutant, type Verdict } from './mutants.js';
import { testRareRows } from './rareRows.js';
import { untakenRows } from './rowsTaken.js';
import { soak } from './soakSettings.js';
import { CALM, openWorld } from './world.js';

// Nothing is replaced by these: what is there is told of each row that it takes.
vi.mock(import('../../packages/store/src/luaConstants.js'), async (original) => {
  const { traceConstants } = await import('./rowsTaken.js');
  return traceConstants(await original());
});
vi.mock(import('../../packages/domain/src/transitions.js'), async (original) => {
  const { traceTransitions } = await import('./rowsTaken.js');
  return traceTransitions(await original());
});

const COMMANDS_AT_MOST = 30;
const CLEAR_EVERY_RUNS = 200;
const MS_A_RUN = 2_000;
const TIMEOUT_MS = Math.max(120_000, soak.runs * MS_A_RUN);

if (soak.mutants) testMutants();
else testModel();

function testModel(): void {
  const namespace = freshNamespace();
  afterAll(async () => {
    await clearNamespace(namespace);
  });

  test(
    'whatever happens, a plan does what the reference does',
    async () => {
      const tally: Tally = { commands: 0 };
      const startedAt = performance.now();
      const details = await fc.check(propertyIn(namespace, tally), {
        numRuns: soak.runs,
        ...(soak.seed === undefined ? {} : { seed: soak.seed }),
        ...(soak.path === undefined ? {} : { path: soak.path }),
      });
      const { counterexample, numRuns, failed, seed } = details;
      const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
      console.log(`model | seed ${seed}: ${numRuns} runs, ${tally.commands} steps, ${seconds} s`);
      const length = counterexample === null ? 0 : String(counterexample[2]).split('\n').length - 1;
      const verdict: Verdict = { failed, numRuns, length, seconds };
      if (soak.reportFile !== undefined) await writeFile(soak.reportFile, JSON.stringify(verdict));
      if (counterexample === null) return;
      const [agents, spec, commands] = counterexample;
      const lines = [
        `seed ${seed}, path ${details.counterexamplePath}, ${commands}`,
        `inventory ${JSON.stringify(agents)}`,
        `plan ${shownSpec(spec)}`,
        String(details.errorInstance),
      ];
      expect(failed ? lines.join('\n') : null).toBeNull();
    },
    TIMEOUT_MS,
  );

  // Other runs may miss rows that these take.
  if (!soak.takesEveryRow) return;
  testRareRows(namespace);
  test('every row of the transitions table was taken', async () => {
    expect(await untakenRows(TRANSITIONS)).toEqual([]);
  });
}

function propertyIn(namespace: string, tally: Tally) {
  let runs = 0;
  const commands = fc.commands(ACTIONS, {
    maxCommands: COMMANDS_AT_MOST,
    size: 'max',
    ...(soak.replayPath === undefined ? {} : { replayPath: soak.replayPath }),
  });
  return fc.asyncProperty(inventories, planSpecs, commands, async (agents, spec, happenings) => {
    runs += 1;
    if (runs % CLEAR_EVERY_RUNS === 0) await clearNamespace(namespace);
    const world = await openWorld(inject('redisUrl'), `${namespace}-${runs}`, agents);
    try {
      await world.create(fitted(spec, world));
      await world.settle(CALM);
      await world.compare();
      await fc.asyncModelRun(() => ({ model: tally, real: world }), happenings);
      world.queues.letGo();
      await world.pass(3, CALM, true);
      await world.compare();
      await world.compareInventory();
    } finally {
      await world.close();
    }
  });
}

function testMutants(): void {
  let copy = '';
  beforeAll(async () => {
    copy = await copyTree();
  });
  afterAll(async () => {
    await rm(copy, { recursive: true, force: true });
  });

  for (const mutant of MUTANTS) {
    test(
      `it is found that ${mutant.name}`,
      async () => {
        const verdict = await tryMutant(copy, mutant, {
          runs: soak.runs,
          seed: soak.seed,
          redisUrl: inject('redisUrl'),
        });
        const { failed, numRuns, length, seconds } = verdict;
        console.log(
          failed
            ? `mutant | ${mutant.name}: found in ${numRuns} runs, ${length} commands, ${seconds} s`
            : `mutant | ${mutant.name}: NOT FOUND in ${numRuns} runs, ${seconds} s`,
        );
        expect(failed).toBe(true);
      },
      TIMEOUT_MS,
    );
  }
}
