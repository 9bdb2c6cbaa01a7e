// Plans under a seeded schedule of faults: processes, network, Redis, queues, clocks and LCAs all fail in turn.
import { rm, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { buildCopy, copyTree, runInCopy, withPlanted } from '../support/plantedBugs.js';
import { chaos, NO_FAULTS } from './chaosSettings.js';
import { FAULT_KINDS, type FaultKind } from './faults.js';
import { MUTANTS } from './mutants.js';
import { chaosRun, type RunReport } from './run.js';

/** Beside the time that the plans have: to start, to settle, to stop. */
const RUN_WITHIN_MS = chaos.endsWithinMs + 220_000;
/** A run with a deliberate bug need not be waited for as long as one that may be right. */
const MUTANT_ENDS_WITHIN_MS = 110_000;
const MUTANT_RUNS_AT_MOST = 4;

if (chaos.mutants) testMutants();
else testRuns();

function testRuns(): void {
  const reports: RunReport[] = [];
  afterAll(async () => {
    if (chaos.reportFile !== undefined) await writeFile(chaos.reportFile, JSON.stringify(reports));
  });

  for (let seed = chaos.seed; seed < chaos.seed + chaos.runs; seed += 1) {
    test(
      `seed ${seed}: every plan ends as the fleet's own books say`,
      async () => {
        const report = await chaosRun(seed, chaos);
        reports.push(report);
        for (const line of linesOf(report)) console.log(`chaos | seed ${seed}: ${line}`);
        expect(report.violations).toEqual([]);
      },
      RUN_WITHIN_MS,
    );
  }

  test('every kind of fault that was asked for came', () => {
    const came = new Set(reports.flatMap(({ faults }) => faults.map(({ kind }) => kind)));
    const isEnough = !chaos.isLong;
    expect(FAULT_KINDS.filter((kind) => isEnough && chaos.kinds.includes(kind) && !came.has(kind))).toEqual(
      [],
    );
  });
}

function linesOf(report: RunReport): string[] {
  const { seconds, appendfsync, faults, exceptions, regresses, timeouts, violations } = report;
  const schedule = faults.map(({ kind, atMs }) => `${kind}@${(atMs / 1_000).toFixed(1)}`).join(' ');
  return [
    `${seconds.toFixed(0)} s, appendfsync ${appendfsync}, ${schedule || 'no faults'}; ` +
      `${regresses.sure} regresses counted, ${regresses.open} too late; ` +
      `${timeouts.sure} timeouts of silent LCAs, ${timeouts.open} of others`,
    ...exceptions.map((exception) => `lost with Redis: ${exception}`),
    ...violations.map((violation) => `WRONG: ${violation}`),
  ];
}

function testMutants(): void {
  const parts = ['apps/api', 'apps/worker', 'test/chaos', 'test/model', 'test/support'];
  let copy = '';
  beforeAll(async () => {
    copy = await copyTree(parts);
  });
  afterAll(async () => {
    await rm(copy, { recursive: true, force: true });
  });

  async function run(seed: number, faults: FaultKind | typeof NO_FAULTS, appendfsync = 'always') {
    const [report] = await runInCopy<RunReport[]>(copy, 'test/chaos/chaos.test.ts', 'GRADUS_CHAOS_REPORT', {
      REDIS_URL: inject('redisUrl'),
      GRADUS_CHAOS: '1',
      GRADUS_CHAOS_SEED: seed.toString(),
      GRADUS_CHAOS_FAULTS: faults,
      GRADUS_CHAOS_APPENDFSYNC: appendfsync,
      GRADUS_CHAOS_ENDS_WITHIN_MS: MUTANT_ENDS_WITHIN_MS.toString(),
    });
    if (report === undefined) throw new TypeError('the run came to no report');
    return report;
  }

  for (const kind of chaos.kinds) {
    const mutant = MUTANTS[kind];
    test(
      `under ${kind} it is found, and without it is not, that ${mutant.name}`,
      () =>
        withPlanted(copy, mutant, async () => {
          await buildCopy(copy, ['apps/api', 'apps/worker']);
          const calm = await run(chaos.seed, NO_FAULTS, mutant.appendfsync);
          expect(calm.violations).toEqual([]);
          for (let seed = chaos.seed; seed < chaos.seed + MUTANT_RUNS_AT_MOST; seed += 1) {
            const { violations, faults, seconds } = await run(seed, kind, mutant.appendfsync);
            const [first = 'nothing'] = violations;
            console.log(
              `mutant | ${kind}, ${mutant.name}: seed ${seed}, ${faults.length} faults, ${seconds.toFixed(0)} s, ` +
                `${violations.length} found: ${first.split('\n')[0]}`,
            );
            if (violations.length > 0) return;
          }
          expect.fail(`not found in ${MUTANT_RUNS_AT_MOST} runs`);
        }),
      (MUTANT_RUNS_AT_MOST + 1) * RUN_WITHIN_MS,
    );
  }
}
