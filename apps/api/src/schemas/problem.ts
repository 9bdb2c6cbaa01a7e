// How failures are documented: one schema, and for each operation the codes that it can answer.
import { z } from '@hono/zod-openapi';
import { type ErrorCode, PROBLEMS } from '../errors.js';

const codes = Object.keys(PROBLEMS) as [ErrorCode, ...ErrorCode[]];

const problem = z
  .object({
    type: z.string().openapi({ example: 'urn:gradus:problem:validation-failed' }),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string(),
    code: z.enum(codes).openapi({ description: 'Stable: what a client decides by' }),
    requestId: z.string(),
    errors: z
      .array(z.object({ path: z.string(), message: z.string() }))
      .optional()
      .openapi({ description: 'With validation-failed: every fault' }),
    currentStatus: z.string().optional().openapi({ description: 'With illegal-transition' }),
    currentRevision: z.int().optional().openapi({ description: 'With stale-revision' }),
    conflicts: z
      .array(z.object({ agentId: z.string(), planId: z.string() }))
      .optional()
      .openapi({ description: 'With agents-busy: the first 100' }),
    conflictCount: z.int().optional(),
    agentIds: z.array(z.string()).optional().openapi({ description: 'With unknown-agents: the first 100' }),
    agents: z
      .array(z.object({ agentId: z.string(), actualVersion: z.string().nullable() }))
      .optional()
      .openapi({ description: 'With version-mismatch: the first 100' }),
    agentCount: z.int().optional(),
  })
  .openapi('Problem');

/** What any operation behind a token can answer; a body that is too large may be sent to any. */
const ALWAYS: readonly ErrorCode[] = [
  'unauthenticated',
  'forbidden',
  'body-too-large',
  'validation-failed',
  'rate-limited',
  'internal',
  'unavailable',
  'newer-version',
];

/** What any operation that takes a JSON body can answer. */
export const BODY_PROBLEMS: readonly ErrorCode[] = ['invalid-json', 'unsupported-media-type'];

/** @returns the responses of a definition, one a status; handlers throw these, so their type is empty */
export function problemResponses(responseCodes: readonly ErrorCode[]): Record<never, never> {
  const statuses = [...new Set(responseCodes.map((code) => PROBLEMS[code].status))];
  return Object.fromEntries(
    statuses.map((status) => [
      status,
      {
        description: responseCodes
          .filter((code) => PROBLEMS[code].status === status)
          .map((code) => `\`${code}\`: ${PROBLEMS[code].title}`)
          .join('; '),
        content: { 'application/problem+json': { schema: problem } },
      },
    ]),
  );
}

/** @returns the responses of an operation behind a token: its own codes beside those that all have */
export function problems(...own: readonly ErrorCode[]): Record<never, never> {
  return problemResponses([...ALWAYS, ...own]);
}
