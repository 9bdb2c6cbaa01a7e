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
  expect(countTests(file, 1)).toEqual({ passed: 5, failed: 2, skipped: 2 });
});

test('a file that could not be loaded is a failure', () => {
  const file = write({ numPassedTests: 5, testResults: [{ status: 'failed', assertionResults: [] }] });
  expect(countTests(file, 1)).toMatchObject({ passed: 5, failed: 1 });
});

test('an exit code that no test explains is a failure', () => {
  expect(countTests(write({ numPassedTests: 5 }), 1)).toMatchObject({ passed: 5, failed: 1 });
});

test('no report, or no test at all, is a failure', () => {
  expect(countTests(join(folder, 'missing.json'), 0)).toMatchObject({ failed: 1 });
  expect(countTests(write({}), 0)).toMatchObject({ failed: 1 });
});
