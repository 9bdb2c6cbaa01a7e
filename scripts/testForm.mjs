// `npm run test:cluster`, `npm run test:sentinel`: the end-to-end and contract tests on that form of Redis.
import { join } from 'node:path';
import { bootstrap, ROOT } from './bootstrap.mjs';
import { exitWith, Failure } from './failure.mjs';
import { run } from './run.mjs';

const FORMS = ['cluster', 'sentinel'];
const TESTS = ['test/e2e', 'test/contract'];

const [form = '', ...rest] = process.argv.slice(2);
try {
  if (!FORMS.includes(form)) throw new Failure('usage', `node scripts/testForm.mjs ${FORMS.join('|')}`);
  await bootstrap((line) => console.log(`gradus | ${line}`));
  const vitest = join(ROOT, 'node_modules', '.bin', 'vitest');
  // Paths given take the place of all of them.
  const paths = rest.length > 0 ? rest : TESTS;
  const env = { ...process.env, GRADUS_TEST_REDIS: form };
  process.exitCode = await run(vitest, ['run', ...paths], { cwd: ROOT, env });
} catch (error) {
  exitWith(error);
}
