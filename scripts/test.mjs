// `npm test`: every static check and every test; its last line counts them.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { audit } from './audit.mjs';
import { bootstrap, ROOT } from './bootstrap.mjs';
import { findChromium } from './browser.mjs';
import { exitWith } from './failure.mjs';
import { run } from './run.mjs';
import { findSwupdate } from './swupdate.mjs';
import { countTests } from './testCounts.mjs';

/** @typedef {{passed: number, failed: number, skipped: number, failures?: string[]}} Counts */

const say = (/** @type {string} */ line) => console.log(`gradus | ${line}`);
const bin = (/** @type {string} */ name) => join(ROOT, 'node_modules', '.bin', name);

/** Everything that the tests leave in the temporary folder goes with it. */
const folder = mkdtempSync(join(tmpdir(), 'gradus-test-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  process.once(signal, () => process.exit(1));
}

/** @type {({name: string, seconds: string} & Counts)[]} */
const results = [];
try {
  await bootstrap(say);
  results.push(
    await step('types', () =>
      check([
        [bin('tsc'), '-b'],
        [bin('tsc'), '-p', 'test'],
        [bin('tsc'), '-p', 'scripts'],
      ]),
    ),
  );
  results.push(
    await step('lint and format', () => check([[bin('biome'), 'ci', '--error-on-warnings', '.']])),
  );
  results.push(await step('import rules', () => check([[process.execPath, 'scripts/importRules.mjs']])));
  results.push(await step('dead code', () => check([[bin('knip')]])));
  results.push(await step('known vulnerabilities', checkVulnerabilities));
  results.push(await step('tests', runTests));
} catch (error) {
  exitWith(error);
}

console.log('\n=== results');
for (const { name, seconds, passed, failed, skipped, failures = [] } of results) {
  console.log(
    `${failed > 0 ? 'FAILED' : 'ok    '} ${name}: ${passed} passed, ${failed} failed, ${skipped} skipped (${seconds} s)`,
  );
  for (const failure of failures) console.log(`       ${failure}`);
}
const total = (/** @type {'passed' | 'failed'} */ key) =>
  results.reduce((sum, result) => sum + result[key], 0);
process.exitCode = total('failed') > 0 ? 1 : 0;
console.log(`${total('passed')} passed, ${total('failed')} failed`);

/**
 * @param {string} name
 * @param {() => Promise<Counts>} work
 */
async function step(name, work) {
  console.log(`\n=== ${name}`);
  const startedAt = performance.now();
  const counts = await work();
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`=== ${name}: ${counts.failed > 0 ? 'FAILED' : 'ok'} after ${seconds} s`);
  return { name, seconds, ...counts };
}

/**
 * A static check is one test, however many commands it takes.
 *
 * @param {string[][]} commands
 * @returns {Promise<Counts>}
 */
async function check(commands) {
  for (const [command = '', ...args] of commands) {
    if ((await run(command, args, { cwd: ROOT })) !== 0) return { passed: 0, failed: 1, skipped: 0 };
  }
  return { passed: 1, failed: 0, skipped: 0 };
}

/**
 * A machine that cannot ask is told so, and is not red for it.
 *
 * @returns {Promise<Counts>}
 */
async function checkVulnerabilities() {
  const answer = await audit();
  if (!answer.isAnswered) {
    say(`!! Known vulnerabilities were NOT LOOKED FOR: the registry could not be asked (${answer.why}).`);
    return { passed: 0, failed: 0, skipped: 1 };
  }
  for (const one of answer.grave) say(`!! ${one} is in production: npm audit --omit=dev`);
  return { passed: answer.grave.length === 0 ? 1 : 0, failed: answer.grave.length > 0 ? 1 : 0, skipped: 0 };
}

/** @returns {Promise<Counts>} */
async function runTests() {
  const report = join(folder, 'vitest.json');
  const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const env = { ...process.env, TMPDIR: folder, ...(await browserEnv()), ...(await deviceEnv()) };
  const code = await run(bin('vitest'), args, { cwd: ROOT, env });
  return countTests(report, code);
}

/** @returns {Promise<NodeJS.ProcessEnv>} */
async function browserEnv() {
  if (!existsSync(join(ROOT, 'test', 'browser'))) return {};
  const chromium = await findChromium(say);
  if (chromium) return { GRADUS_CHROMIUM: chromium };
  say('!! The browser tests are SKIPPED: no Chromium was found, and none could be installed.');
  return {};
}

/** @returns {Promise<NodeJS.ProcessEnv>} */
async function deviceEnv() {
  if (!existsSync(join(ROOT, 'test', 'devices'))) return {};
  const swupdate = await findSwupdate(say);
  if (swupdate) return { GRADUS_SWUPDATE: swupdate };
  say('!! The test with real SWUpdate devices is SKIPPED: none was found, and none could be installed.');
  return {};
}
