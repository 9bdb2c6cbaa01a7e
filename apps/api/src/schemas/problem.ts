// How failures are documented: one schema for each code, and for each operation the codes that it can answer.
import { PROBLEM_CODES, type ProblemCode, type ProblemExtensions } from '@gradus/domain';
import { z } from '@hono/zod-openapi';
import { headersOf, PROBLEMS } from '../errors.js';
import { type AnswerHeader, withHeaders } from './answerHeaders.js';
import { planStatus } from './plan.js';

const problem = z
  .object({
    type: z.string().openapi({ description: '`urn:gradus:problem:` and the code' }),
    title: z.string().openapi({ description: 'The same for every answer of this code' }),
    status: z.int().openapi({ description: 'As of the answer' }),
    detail: z.string().openapi({ description: 'What was wrong with this request, in words' }),
    instance: z.string().openapi({ description: 'The path that was asked' }),
    code: z.enum(PROBLEM_CODES).openapi({ description: 'Stable: what a client decides by' }),
    requestId: z.string().openapi({ description: 'What the log knows the request by' }),
  })
  .openapi('Problem', { description: 'Why a request failed (RFC 9457)' });

const fault = z
  .object({
    path: z.string().openapi({ description: 'Of the body; or `query.…`, `path.…`, `header.…`' }),
    message: z.string().openapi({ description: 'What is wrong and what is accepted' }),
  })
  .openapi('Fault', { description: 'One fault of a request' });

const of100 = (what: string) => ({ description: `${what}: the first 100` });
const inAll = z.int().openapi({ description: 'How many there are' });

const extensions = {
  'validation-failed': { errors: z.array(fault).openapi({ description: 'Every fault at once' }) },
  'illegal-transition': { currentStatus: planStatus.openapi({ description: 'That the plan is in' }) },
  'stale-revision': { currentRevision: z.int().openapi({ description: 'That the plan is at' }) },
  'agents-busy': {
    conflicts: z
      .array(z.object({ agentId: z.string(), planId: z.string() }))
      .openapi(of100('Each agent with the plan that has it')),
    conflictCount: inAll,
  },
  'unknown-agents': { agentIds: z.array(z.string()).openapi(of100('The agents')), agentCount: inAll },
  'version-mismatch': {
    agents: z
      .array(z.object({ agentId: z.string(), actualVersion: z.string().nullable() }))
      .openapi(of100('Each agent with what one of its instances runs')),
    agentCount: inAll,
  },
  'release-in-use': { planId: z.string().openapi({ description: 'A plan that has it, or had' }) },
  'unknown-release': {
    releases: z
      .array(z.object({ componentName: z.string(), version: z.string(), release: z.string() }))
      .openapi(of100('What the plan is to bring its instances to')),
    releaseCount: inAll,
  },
} satisfies {
  [Code in keyof ProblemExtensions]: {
    [Member in keyof ProblemExtensions[Code]]: z.ZodType<ProblemExtensions[Code][Member]>;
  };
};

/** @returns the name of the code's schema: `StaleRevisionProblem` */
function nameOf(code: ProblemCode): string {
  const words = code.split('-').map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`);
  return `${words.join('')}Problem`;
}

function schemaOf(code: ProblemCode) {
  const own: z.ZodRawShape = code in extensions ? extensions[code as keyof ProblemExtensions] : {};
  return problem
    .extend({
      type: z.literal(`urn:gradus:problem:${code}`),
      status: z.literal(PROBLEMS[code].status).openapi({ type: 'integer' }),
      code: z.literal(code),
      ...own,
    })
    .openapi(nameOf(code), { description: PROBLEMS[code].title });
}

type CodeSchema = ReturnType<typeof schemaOf>;

const schemas = Object.fromEntries(PROBLEM_CODES.map((code) => [code, schemaOf(code)])) as Record<
  ProblemCode,
  CodeSchema
>;

/** What any operation behind a token can answer. */
export const GUARDED_PROBLEMS: readonly ProblemCode[] = [
  'unauthenticated',
  'forbidden',
  'validation-failed',
  'rate-limited',
  'internal',
  'unavailable',
];

/** What any operation that takes a JSON body can answer. */
export const BODY_PROBLEMS: readonly ProblemCode[] = ['invalid-json', 'unsupported-media-type'];

/** @returns the headers that answers of the code have, some of them not always */
function headerNamesOf(code: ProblemCode): AnswerHeader[] {
  if (code === 'range-not-satisfiable') return ['Content-Range'];
  // It names the scope that a token lacks.
  return code === 'forbidden' ? ['WWW-Authenticate'] : (Object.keys(headersOf(code)) as AnswerHeader[]);
}

/** @returns the answer of one status, with an example of each code */
function answerOf(codes: readonly ProblemCode[]) {
  const [first, ...others] = codes.map((code) => schemas[code]);
  return {
    description: codes.map((code) => `\`${code}\`: ${PROBLEMS[code].title}`).join('; '),
    ...withHeaders(...new Set(codes.flatMap(headerNamesOf))),
    content: {
      'application/problem+json': {
        schema:
          first === undefined || others.length === 0
            ? first
            : z.discriminatedUnion('code', [first, ...others]),
        examples: Object.fromEntries(codes.map((code) => [code, { $ref: `#/components/examples/${code}` }])),
      },
    },
  };
}

/** @returns the responses of a definition, one a status; handlers throw these, so their type is empty */
export function problemResponses(codes: readonly ProblemCode[]): Record<never, never> {
  const statuses = [...new Set(codes.map((code) => PROBLEMS[code].status))].sort();
  return Object.fromEntries(
    statuses.map((status) => [status, answerOf(codes.filter((code) => PROBLEMS[code].status === status))]),
  );
}

/** @returns the responses of an operation behind a token: its own codes beside those that all have */
export function problems(...own: readonly ProblemCode[]): Record<never, never> {
  // A body that is too large may be sent to any.
  return problemResponses([...GUARDED_PROBLEMS, 'body-too-large', ...own]);
}
