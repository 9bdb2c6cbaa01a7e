// What can go wrong between a client and the api: an answer that is a problem, or no answer at all.
import type { ProblemCode, ProblemDocument } from '@gradus/domain';

/** An answer that is no problem document of the api's: a proxy's page, say. */
export interface UnexpectedAnswer {
  type: string;
  title: string;
  status: number;
  detail: string | null;
  instance: string | null;
  code: 'unexpected-answer';
  requestId: string | null;
}

type Documents = { [Code in ProblemCode]: ProblemDocument<Code> } & { 'unexpected-answer': UnexpectedAnswer };

/** What a failure can be told apart by. */
export type FailureCode = keyof Documents;

/** The document of a failure: what its code adds (`conflicts`, `agentIds` …) stands beside the rest. */
export type Problem<Code extends FailureCode = FailureCode> = Documents[Code];

/** The api answered, and not with success. `isProblem` tells by the code what the document has. */
export class ProblemError<Code extends FailureCode = FailureCode> extends Error {
  readonly status: number;
  readonly code: Code;
  readonly detail: string | null;
  readonly requestId: string | null;
  /** How long the api asks to wait before the next try; null where it does not say. */
  readonly retryAfterSeconds: number | null;
  /** The whole document. */
  readonly problem: Problem<Code>;

  constructor(problem: Problem<Code>, retryAfterSeconds: number | null) {
    super(`${problem.status} ${problem.code}: ${problem.detail ?? problem.title}`);
    this.name = 'ProblemError';
    this.status = problem.status;
    this.code = problem.code as Code;
    this.detail = problem.detail;
    this.requestId = problem.requestId;
    this.retryAfterSeconds = retryAfterSeconds;
    this.problem = problem;
  }
}

/**
 * @param codes of which it must have one
 * @returns whether the error is the api's answer with such a code, whose document then has what the code adds
 */
export function isProblem<Code extends FailureCode>(
  error: unknown,
  ...codes: readonly [Code, ...Code[]]
): error is ProblemError<Code> {
  return error instanceof ProblemError && codes.includes(error.code);
}

/** No whole answer came. Whether the api carried the request out is not known. */
export class ConnectionError extends Error {
  readonly code: 'connection-failed' | 'timed-out';

  constructor(code: 'connection-failed' | 'timed-out', message: string, cause: unknown) {
    super(message, { cause });
    this.name = 'ConnectionError';
    this.code = code;
  }
}

/**
 * Reads an answer that is not a success. What is no problem document of the api's becomes one with the code
 * `unexpected-answer`. A newer api may answer codes that are not listed here: they are passed on.
 *
 * @param text the answer's body
 */
export function toProblemError(response: Response, text: string): ProblemError {
  const isDocument = response.headers.get('content-type')?.startsWith('application/problem+json') ?? false;
  const document = isDocument ? parseObject(text) : {};
  const { type, code } = document;
  const problem = {
    type: 'about:blank',
    title: response.statusText || 'unexpected answer',
    detail: null,
    instance: null,
    requestId: response.headers.get('x-request-id'),
    ...document,
    status: response.status,
    code: type === `urn:gradus:problem:${code}` ? code : 'unexpected-answer',
  };
  return new ProblemError(problem as Problem, parseRetryAfter(response.headers.get('retry-after')));
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

/** @param value seconds or an HTTP date, as RFC 9110 has it */
function parseRetryAfter(value: string | null): number | null {
  if (value === null) return null;
  if (/^\d+$/.test(value)) return Number(value);
  const at = Date.parse(value);
  return Number.isNaN(at) ? null : Math.max(0, Math.ceil((at - Date.now()) / 1000));
}
