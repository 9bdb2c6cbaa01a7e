// How many tests passed and which did not, from vitest's report.
import { existsSync, readFileSync } from 'node:fs';

/**
 * @param {string} report the file of vitest's JSON report
 * @param {number} exitCode vitest's
 * @returns {{passed: number, failed: number, skipped: number, failures: string[]}} a run that went wrong in any
 *   way has a failure; `failures` says of each what was seen, in a line
 */
export function countTests(report, exitCode) {
  if (!existsSync(report)) return { passed: 0, failed: 1, skipped: 0, failures: ['no test ran to its end'] };
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = JSON.parse(
    readFileSync(report, 'utf8'),
  );
  /** @type {{name: string, status: string, message?: string, assertionResults: AssertionResult[]}[]} */
  const files = testResults;
  const brokenFiles = files.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some(isFailed),
  );
  const failed = numFailedTests + brokenFiles.length;
  const unaccounted = exitCode !== 0 && failed === 0 ? 1 : 0;
  const nothingRan = exitCode === 0 && numPassedTests === 0 ? 1 : 0;
  return {
    passed: numPassedTests,
    failed: failed + unaccounted + nothingRan,
    skipped: numPendingTests + numTodoTests,
    failures: [
      ...files.flatMap(({ assertionResults }) => assertionResults.filter(isFailed)).map(sayFailure),
      ...brokenFiles.map(({ name, message = '' }) => `${name}: ${firstLineOf(message)}`),
      ...(unaccounted ? [`vitest ended with ${exitCode}, and no test says why`] : []),
      ...(nothingRan ? ['no test ran'] : []),
    ],
  };
}

/** @typedef {{status: string, fullName: string, failureMessages: string[]}} AssertionResult */

const isFailed = (/** @type {AssertionResult} */ { status }) => status === 'failed';
const firstLineOf = (/** @type {string} */ text) => text.split('\n')[0];
const sayFailure = (/** @type {AssertionResult} */ { fullName, failureMessages }) =>
  `${fullName}: ${firstLineOf(failureMessages.join('\n'))}`;
