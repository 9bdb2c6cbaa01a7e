// A log line as a person reads it.
import { expect, test } from 'vitest';
import { readable } from './logLines.mjs';

test('a log entry becomes one line: time, level, message, fields', () => {
  const line = JSON.stringify({
    level: 30,
    time: Date.UTC(2026, 0, 2, 3, 4, 5),
    pid: 1,
    hostname: 'h',
    name: 'api',
    planId: 'plan-1',
    detail: 'two words',
    msg: 'listening',
  });
  expect(readable(line)).toBe('03:04:05 info  listening planId=plan-1 detail="two words"');
});

test('a fault is shown with its stack', () => {
  const line = JSON.stringify({
    level: 50,
    time: 0,
    msg: 'failed',
    err: { message: 'no', stack: 'Error: no\n  at x' },
  });
  expect(readable(line)).toBe('00:00:00 error failed err=\nError: no\n  at x');
});

test.each(['plain text', '{"half": ', '{"msg": 1}', '[]'])('%s stays as it is', (line) => {
  expect(readable(line)).toBe(line);
});
