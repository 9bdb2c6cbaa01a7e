// How many requests the fuzzing sends, and which: by the environment, which scripts/fuzz.mjs sets.

const NPM_TEST_REQUESTS = 2_000;
/** What guards a merge sends the same requests each time; `npm run test:fuzz` looks further. */
const NPM_TEST_SEED = 20_260_117;

function numberOf(name: string): number | undefined {
  const text = process.env[name];
  return text === undefined || text === '' ? undefined : Number(text);
}

export const fuzz = {
  requests: numberOf('GRADUS_FUZZ_REQUESTS') ?? NPM_TEST_REQUESTS,
  /** Of fast-check; undefined: another one each time. */
  seed: process.env['GRADUS_FUZZ'] === '1' ? numberOf('GRADUS_FUZZ_SEED') : NPM_TEST_SEED,
  /** Of one failed run, as it was printed. */
  path: process.env['GRADUS_FUZZ_PATH'] || undefined,
};
