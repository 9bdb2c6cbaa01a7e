// What can go wrong between a client and the api: an answer that is a problem, or no answer at all.

/** An RFC 9457 problem document; what a code adds (`conflicts`, `agentIds` …) stands beside these. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string | null;
  instance: string | null;
  /** Stable, kebab-case; `unexpected-answer` where what answered is not the api. */
  code: string;
  errors: { path: string; message: string }[];
  requestId: string | null;
  [member: string]: unknown;
}

/** The api answered, and not with success. */
export class ProblemError extends Error {
  readonly status: number;
  readonly code: string;
  readonly detail: string | null;
  /** Every fault of the input, empty where the problem is another. */
  readonly errors: Problem['errors'];
  readonly requestId: string | null;
  /** How long the api asks to wait before the next try; null where it does not say. */
  readonly retryAfterSeconds: number | null;
  /** The whole document. */
  readonly problem: Problem;

  constructor(problem: Problem, retryAfterSeconds: number | null) {
    super(`${problem.status} ${problem.code}: ${problem.detail ?? problem.title}`);
    this.name = 'ProblemError';
    this.status = problem.status;
    this.code = problem.code;
    this.detail = problem.detail;
    this.errors = problem.errors;
    this.requestId = problem.requestId;
    this.retryAfterSeconds = retryAfterSeconds;
    this.problem = problem;
  }
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
 * Reads an answer that is not a success. What is not a problem document (a proxy's page, say) becomes one
 * with the code `unexpected-answer`.
 *
 * @param text the answer's body
 */
export function toProblemError(response: Response, text: string): ProblemError {
  const isProblem = response.headers.get('content-type')?.startsWith('application/problem+json') ?? false;
  const document = isProblem ? parseObject(text) : null;
  const problem: Problem = {
    type: 'about:blank',
    title: response.statusText || 'unexpected answer',
    code: 'unexpected-answer',
    detail: null,
    instance: null,
    errors: [],
    requestId: response.headers.get('x-request-id'),
    ...document,
    status: response.status,
  };
  return new ProblemError(problem, parseRetryAfter(response.headers.get('retry-after')));
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : null;
  } catch {
    return null;
  }
}

/** @param value seconds or an HTTP date, as RFC 9110 has it */
function parseRetryAfter(value: string | null): number | null {
  if (value === null) return null;
  if (/^\d+$/.test(value)) return Number(value);
  const at = Date.parse(value);
  return Number.isNaN(at) ? null : Math.max(0, Math.ceil((at - Date.now()) / 1000));
}
