// Plans under a seeded schedule of faults: processes, network, Redis, queues, clocks and LCAs all fail in turn.
import { writeFile } from 'node:fs/promises';
import { afterAll, expect, test } from 'vitest';
import { chaos } from './chaosSettings.js';
import { FAULT_KINDS } from './faults.js';
import { chaosRun, type RunReport } from './run.js';

const RUN_WITHIN_MS = 400_000;
const reports: RunReport[] = [];

afterAll(async () => {
  if (chaos.reportFile !== undefined) await writeFile(chaos.reportFile, JSON.stringify(reports));
});

for (let seed = chaos.seed; seed < chaos.seed + chaos.runs; seed += 1) {
  test(
    `seed ${seed}: every plan ends as the fleet's own books say`,
    async () => {
      const report = await chaosRun(seed, chaos.kinds);
      reports.push(report);
      const { seconds, appendfsync, faults, exceptions, regresses, timeouts, violations } = report;
      const schedule = faults.map(({ kind, atMs }) => `${kind}@${(atMs / 1_000).toFixed(1)}`).join(' ');
      console.log(
        `chaos | seed ${seed}: ${seconds.toFixed(0)} s, appendfsync ${appendfsync}, ${schedule}; ` +
          `${regresses.sure} regresses counted, ${regresses.open} too late; ` +
          `${timeouts.sure} timeouts of silent LCAs, ${timeouts.open} of others`,
      );
      for (const exception of exceptions) console.log(`chaos | seed ${seed}: lost with Redis: ${exception}`);
      expect(violations).toEqual([]);
    },
    RUN_WITHIN_MS,
  );
}

test('every kind of fault that was asked for came', () => {
  const came = new Set(reports.flatMap(({ faults }) => faults.map(({ kind }) => kind)));
  const isEnough = !chaos.isLong;
  expect(FAULT_KINDS.filter((kind) => isEnough && chaos.kinds.includes(kind) && !came.has(kind))).toEqual([]);
});
