// `npm run test:chaos`: plans under a seeded schedule of faults, for as many runs as are wanted.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bootstrap, ROOT } from './bootstrap.mjs';
import { exitWith, Failure } from './failure.mjs';
import { run } from './run.mjs';

const USAGE =
  'npm run test:chaos -- [--mutants] [--runs N] [--seed N] [--faults kind,kind|none] [--appendfsync always|everysec]';

/** @typedef {{seed: number, violations: string[], exceptions: string[], faults: {kind: string}[]}} Report */

/** @param {string | undefined} text */
function integer(text) {
  if (text !== undefined && !/^[1-9]\d{0,8}$/.test(text))
    throw new Failure('not-a-number', `${text}: ${USAGE}`);
  return text ?? '';
}

const folder = mkdtempSync(join(tmpdir(), 'gradus-chaos-report-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
try {
  const { values } = parseArgs({
    options: {
      mutants: { type: 'boolean' },
      runs: { type: 'string' },
      seed: { type: 'string' },
      faults: { type: 'string' },
      appendfsync: { type: 'string' },
    },
  });
  await bootstrap((line) => console.log(`gradus | ${line}`));
  const reportFile = join(folder, 'reports.json');
  const env = {
    ...process.env,
    GRADUS_CHAOS: '1',
    GRADUS_CHAOS_RUNS: integer(values.runs),
    GRADUS_CHAOS_SEED: integer(values.seed),
    GRADUS_CHAOS_FAULTS: values.faults ?? '',
    GRADUS_CHAOS_APPENDFSYNC: values.appendfsync ?? '',
    GRADUS_CHAOS_MUTANTS: values.mutants === true ? '1' : '',
    GRADUS_CHAOS_REPORT: reportFile,
  };
  const startedAt = performance.now();
  const vitest = join(ROOT, 'node_modules', '.bin', 'vitest');
  process.exitCode = await run(vitest, ['run', 'test/chaos/chaos.test.ts'], { cwd: ROOT, env });
  if (values.mutants !== true) {
    if (!existsSync(reportFile)) {
      throw new Failure('no-report', 'The runs were broken off, or did not begin.');
    }
    summarise(JSON.parse(readFileSync(reportFile, 'utf8')), (performance.now() - startedAt) / 1_000);
  }
} catch (error) {
  exitWith(error instanceof TypeError ? new Failure('usage', `${error.message}\n${USAGE}`) : error);
}

/**
 * The last line of the output.
 *
 * @param {Report[]} reports of the runs that came to an end
 * @param {number} seconds
 */
function summarise(reports, seconds) {
  /** @type {Map<string, number>} */
  const injected = new Map();
  for (const { kind } of reports.flatMap(({ faults }) => faults)) {
    injected.set(kind, (injected.get(kind) ?? 0) + 1);
  }
  const seeds = reports.map(({ seed }) => seed);
  const bad = reports.filter(({ violations }) => violations.length > 0).map(({ seed }) => seed);
  const lossy = reports.filter(({ exceptions }) => exceptions.length > 0).map(({ seed }) => seed);
  console.log(
    [
      `chaos | ${reports.length} runs`,
      `seeds ${Math.min(...seeds)} to ${Math.max(...seeds)}`,
      `${bad.length} went wrong${bad.length > 0 ? ` (${bad.join(', ')})` : ''}`,
      `${lossy.length} lost something with Redis${lossy.length > 0 ? ` (${lossy.join(', ')})` : ''}`,
      `faults: ${[...injected]
        .sort()
        .map(([kind, count]) => `${kind} ${count}`)
        .join(', ')}`,
      `${seconds.toFixed(0)} s`,
    ].join('; '),
  );
}
