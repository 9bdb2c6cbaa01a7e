// What every problem answer must be, whatever it tells of.
import { expect } from 'vitest';
import type { Answer } from './http.js';

/**
 * Expects a problem of this status and code with all its members, and none that its code does not have.
 *
 * @param extensions the members that the code adds
 */
export function expectProblem(
  answer: Answer,
  status: number,
  code: string,
  extensions: Record<string, unknown> = {},
): void {
  expect(answer.status, answer.text).toBe(status);
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  const requestId = answer.headers.get('x-request-id');
  expect(requestId).toMatch(/^\S+$/);
  expect(answer.json).toEqual({
    type: expect.stringMatching(new RegExp(`^[a-z]+:.*${code}$`)),
    title: expect.stringMatching(/^\S.*\S$/),
    status,
    detail: expect.stringMatching(/^\S.*\S$/),
    instance: answer.path,
    code,
    requestId,
    ...extensions,
  });
}

/**
 * Expects the answer to name just these faults.
 *
 * @param faults path → what its message must say
 */
export function expectFaults(answer: Answer, faults: Record<string, RegExp>): void {
  const errors = Object.entries(faults).map(([path, message]) => ({
    path,
    message: expect.stringMatching(message),
  }));
  expectProblem(answer, 422, 'validation-failed', { errors: expect.any(Array) });
  const { errors: told } = answer.json as { errors: { path: string }[] };
  const byPath = (a: { path: string }, b: { path: string }) => a.path.localeCompare(b.path);
  expect(told.toSorted(byPath)).toEqual(errors.toSorted(byPath));
}
