// Every way in which a request can fail: how each of the domain's codes is answered, and the error that does it.
import type { ExtensionOf, ProblemCode } from '@gradus/domain';
import type { ContentfulStatusCode } from 'hono/utils/http-status';

interface ProblemKind {
  status: ContentfulStatusCode;
  title: string;
  /** That every answer of this code has, where it has no others of its own. */
  headers?: Readonly<Record<string, string>>;
}

const SHORTLY = { 'Retry-After': '1' };

export const PROBLEMS = {
  'invalid-json': { status: 400, title: 'The body is not JSON' },
  unauthenticated: { status: 401, title: 'No valid token', headers: { 'WWW-Authenticate': 'Bearer' } },
  forbidden: { status: 403, title: 'The token does not allow this' },
  'not-found': { status: 404, title: 'Not found' },
  'illegal-transition': { status: 409, title: 'The state of the plan does not allow this' },
  'agents-busy': { status: 409, title: 'Agents are in a plan that has not ended' },
  'release-in-use': { status: 409, title: 'A plan has used the release' },
  'idempotency-in-progress': {
    status: 409,
    title: 'The first request with this key is under way',
    headers: SHORTLY,
  },
  'stale-revision': { status: 412, title: 'The plan is at another revision' },
  'body-too-large': { status: 413, title: 'The body is too large' },
  'unsupported-media-type': { status: 415, title: 'Unsupported media type' },
  'range-not-satisfiable': { status: 416, title: 'The file is not as long as the range' },
  'validation-failed': { status: 422, title: 'Fields are missing or wrong' },
  'unknown-agents': { status: 422, title: 'Agents are not in the inventory' },
  'version-mismatch': { status: 422, title: 'Agents run another version' },
  'unknown-release': { status: 422, title: 'There is no such release' },
  'idempotency-key-reused': { status: 422, title: 'The key was sent with another body' },
  'rate-limited': { status: 429, title: 'Too many requests', headers: SHORTLY },
  internal: { status: 500, title: 'Internal error' },
  unavailable: { status: 503, title: 'Temporarily unavailable', headers: SHORTLY },
  'newer-version': { status: 503, title: 'The plan is of a newer version', headers: SHORTLY },
} as const satisfies Record<ProblemCode, ProblemKind>;

/** @returns the headers that every answer of the code has */
export function headersOf(code: ProblemCode): Readonly<Record<string, string>> {
  const { headers = {} }: ProblemKind = PROBLEMS[code];
  return headers;
}

interface ProblemOptions extends ErrorOptions {
  /** Of the answer, in the place of what those of its code have. */
  headers?: Readonly<Record<string, string>>;
}

/** What stands after a code and its detail: what the code adds, which may be left out where it adds nothing. */
type Rest<Code extends ProblemCode> =
  Record<never, never> extends ExtensionOf<Code>
    ? [extension?: ExtensionOf<Code>, options?: ProblemOptions]
    : [extension: ExtensionOf<Code>, options?: ProblemOptions];

/** A failure whose detail may be shown to whoever sent the request. */
export class Problem<Code extends ProblemCode = ProblemCode> extends Error {
  readonly code: Code;
  readonly status: ContentfulStatusCode;
  readonly extension: object;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: Code, detail: string, ...rest: Rest<Code>) {
    const [extension = {}, { headers = {}, ...options } = {}] = rest;
    super(detail, options);
    this.name = 'Problem';
    this.code = code;
    this.status = PROBLEMS[code].status;
    this.extension = extension;
    this.headers = headers;
  }
}
