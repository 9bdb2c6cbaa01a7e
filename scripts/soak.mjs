// `npm run test:soak`: the model test for as many runs as are wanted, or against deliberate bugs.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from './bootstrap.mjs';
import { exitWith, Failure } from './failure.mjs';
import { run } from './run.mjs';

const USAGE = 'npm run test:soak -- [--mutants] [--runs N] [--seed N] [--path PATH] [--replay PATH]';

/** @param {string | undefined} text */
function integer(text) {
  if (text !== undefined && !/^-?\d{1,10}$/.test(text))
    throw new Failure('not-a-number', `${text}: ${USAGE}`);
  return text ?? '';
}

try {
  const { values } = parseArgs({
    options: {
      mutants: { type: 'boolean' },
      runs: { type: 'string' },
      seed: { type: 'string' },
      path: { type: 'string' },
      replay: { type: 'string' },
    },
  });
  const env = {
    ...process.env,
    GRADUS_SOAK: '1',
    GRADUS_SOAK_RUNS: integer(values.runs),
    GRADUS_SOAK_SEED: integer(values.seed),
    GRADUS_SOAK_PATH: values.path ?? '',
    GRADUS_SOAK_REPLAY: values.replay ?? '',
    GRADUS_SOAK_MUTANTS: values.mutants === true ? '1' : '',
  };
  const vitest = join(ROOT, 'node_modules', '.bin', 'vitest');
  process.exitCode = await run(vitest, ['run', 'test/model/model.test.ts'], { cwd: ROOT, env });
} catch (error) {
  exitWith(error instanceof TypeError ? new Failure('usage', `${error.message}\n${USAGE}`) : error);
}
