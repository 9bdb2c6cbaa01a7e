// How long the model test runs, and from where: by the environment, which scripts/soak.mjs sets.

const NPM_TEST_RUNS = 300;
/** What guards a merge looks at the same runs each time; the soak looks further. */
const NPM_TEST_SEED = 20_260_117;
const MUTANT_RUNS = 2_000;

function numberOf(name: string): number | undefined {
  const text = process.env[name];
  return text === undefined || text === '' ? undefined : Number(text);
}

const isSoak = process.env['GRADUS_SOAK'] === '1';
const mutants = process.env['GRADUS_SOAK_MUTANTS'] === '1';

export const soak = {
  /** Whether deliberate bugs are looked for instead. */
  mutants,
  /** Of the model test; for each deliberate bug at most. */
  runs: numberOf('GRADUS_SOAK_RUNS') ?? (mutants ? MUTANT_RUNS : NPM_TEST_RUNS),
  /** Of fast-check; undefined: another one each time. */
  seed: isSoak ? numberOf('GRADUS_SOAK_SEED') : NPM_TEST_SEED,
  /** Whether these are the runs that are known to take every row of the transitions table. */
  takesEveryRow: !isSoak,
  /** Of one failed run, as it was printed. */
  path: process.env['GRADUS_SOAK_PATH'] || undefined,
  replayPath: process.env['GRADUS_SOAK_REPLAY'] || undefined,
  /** Where what came of it is written. */
  reportFile: process.env['GRADUS_SOAK_REPORT'] || undefined,
};
