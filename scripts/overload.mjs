// `npm run test:overload`: the load run in its full size.
import { join } from 'node:path';
import { ROOT } from './bootstrap.mjs';
import { exitWith, Failure } from './failure.mjs';
import { run } from './run.mjs';

try {
  // Its processes are those that were built.
  const tsc = join(ROOT, 'node_modules', '.bin', 'tsc');
  if ((await run(tsc, ['-b'], { cwd: ROOT })) !== 0) {
    throw new Failure('not-built', 'The sources do not compile.');
  }
  const vitest = join(ROOT, 'node_modules', '.bin', 'vitest');
  const env = { ...process.env, GRADUS_OVERLOAD: '1' };
  process.exitCode = await run(vitest, ['run', 'test/overload/overload.test.ts'], { cwd: ROOT, env });
} catch (error) {
  exitWith(error);
}
