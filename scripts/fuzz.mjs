// `npm run test:fuzz`: as many random requests of every route as are wanted.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from './bootstrap.mjs';
import { exitWith, Failure } from './failure.mjs';
import { run } from './run.mjs';

const USAGE = 'npm run test:fuzz -- [--requests N] [--seed N] [--path PATH]';

/** @param {string | undefined} text */
function integer(text) {
  if (text !== undefined && !/^-?\d{1,10}$/.test(text))
    throw new Failure('not-a-number', `${text}: ${USAGE}`);
  return text ?? '';
}

try {
  const { values } = parseArgs({
    options: { requests: { type: 'string' }, seed: { type: 'string' }, path: { type: 'string' } },
  });
  const env = {
    ...process.env,
    GRADUS_FUZZ: '1',
    GRADUS_FUZZ_REQUESTS: integer(values.requests),
    GRADUS_FUZZ_SEED: integer(values.seed),
    GRADUS_FUZZ_PATH: values.path ?? '',
  };
  // Its processes are those that were built.
  const built = await run(join(ROOT, 'node_modules', '.bin', 'tsc'), ['-b'], { cwd: ROOT });
  if (built !== 0) throw new Failure('not-built', 'The sources do not compile.');
  const vitest = join(ROOT, 'node_modules', '.bin', 'vitest');
  process.exitCode = await run(vitest, ['run', 'test/fuzz/fuzz.test.ts'], { cwd: ROOT, env });
} catch (error) {
  exitWith(error instanceof TypeError ? new Failure('usage', `${error.message}\n${USAGE}`) : error);
}
