// How many tests passed, from vitest's report.
import { existsSync, readFileSync } from 'node:fs';

/**
 * @param {string} report the file of vitest's JSON report
 * @param {number} exitCode vitest's
 * @returns {{passed: number, failed: number, skipped: number}} a run that went wrong in any way has a failure
 */
export function countTests(report, exitCode) {
  if (!existsSync(report)) return { passed: 0, failed: 1, skipped: 0 };
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = JSON.parse(
    readFileSync(report, 'utf8'),
  );
  /** @type {{status: string, assertionResults: {status: string}[]}[]} */
  const files = testResults;
  const brokenFiles = files.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  ).length;
  const failed = numFailedTests + brokenFiles;
  const unaccounted = exitCode !== 0 && failed === 0 ? 1 : 0;
  const nothingRan = exitCode === 0 && numPassedTests === 0 ? 1 : 0;
  return {
    passed: numPassedTests,
    failed: failed + unaccounted + nothingRan,
    skipped: numPendingTests + numTodoTests,
  };
}
