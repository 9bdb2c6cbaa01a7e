// A run of the tests that went wrong in any way counts a failure.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { countTests } from './testCounts.mjs';

const folder = mkdtempSync(join(tmpdir(), 'gradus-counts-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** @param {object} report */
function write(report) {
  const file = join(folder, 'report.json');
  const empty = {
    numPassedTests: 0,
    numFailedTests: 0,
    numPendingTests: 0,
    numTodoTests: 0,
    testResults: [],
  };
  writeFileSync(file, JSON.stringify({ ...empty, ...report }));
  return file;
}

test('the tests are counted', () => {
  const file = write({ numPassedTests: 5, numFailedTests: 2, numPendingTests: 1, numTodoTests: 1 });
  expect(countTests(file, 1)).toMatchObject({ passed: 5, failed: 2, skipped: 2 });
});

test('each failure is said in a line', () => {
  const passed = { status: 'passed', fullName: 'a pause holds', failureMessages: [] };
  const failed = {
    status: 'failed',
    fullName: 'a plan ends',
    failureMessages: ['Error: waited in vain\n  at plan.test.ts:1'],
  };
  const file = write({
    numPassedTests: 1,
    numFailedTests: 1,
    testResults: [
      { status: 'failed', name: 'plan.test.ts', assertionResults: [passed, failed] },
      { status: 'failed', name: 'broken.test.ts', message: 'no such module\n  at …', assertionResults: [] },
    ],
  });
  expect(countTests(file, 1)).toMatchObject({
    failed: 2,
    failures: ['a plan ends: Error: waited in vain', 'broken.test.ts: no such module'],
  });
});

test('a file that could not be loaded is a failure', () => {
  const file = write({ numPassedTests: 5, testResults: [{ status: 'failed', assertionResults: [] }] });
  expect(countTests(file, 1)).toMatchObject({ passed: 5, failed: 1 });
});

test('an exit code that no test explains is a failure', () => {
  expect(countTests(write({ numPassedTests: 5 }), 1)).toMatchObject({
    passed: 5,
    failed: 1,
    failures: ['vitest ended with 1, and no test says why'],
  });
});

test('no report, or no test at all, is a failure', () => {
  expect(countTests(join(folder, 'missing.json'), 0)).toMatchObject({ failed: 1 });
  expect(countTests(write({}), 0)).toMatchObject({ failed: 1 });
});
