// What is made of the registry's answer about vulnerabilities, and of none.
import { expect, test } from 'vitest';
import { readAudit } from './audit.mjs';

const report = (/** @type {Record<string, {severity: string}>} */ vulnerabilities) =>
  JSON.stringify({ auditReportVersion: 2, vulnerabilities, metadata: { vulnerabilities: {} } });

test('nothing known is no vulnerability', () => {
  expect(readAudit(report({}))).toEqual({ isAnswered: true, grave: [] });
});

test('grave ones are named, others are passed over', () => {
  const json = report({ a: { severity: 'moderate' }, b: { severity: 'high' }, c: { severity: 'critical' } });
  expect(readAudit(json)).toEqual({ isAnswered: true, grave: ['b (high)', 'c (critical)'] });
});

test.each([
  ['nothing', ''],
  ['a page', '<html>'],
  ['an error', '{"error":{"code":"ENOAUDIT","summary":"offline"}}'],
  ['a refusal', '{"message":"405 Method Not Allowed","error":{"summary":""}}'],
  ['null', 'null'],
])('%s is no answer, and so neither good nor bad', (_, json) => {
  expect(readAudit(json)).toEqual({ isAnswered: false, why: expect.stringMatching(/\S/) });
});
