// Every way in which a request can fail, by its stable code.
import type { ContentfulStatusCode } from 'hono/utils/http-status';

export type ErrorCode =
  | 'invalid-json'
  | 'unauthenticated'
  | 'forbidden'
  | 'not-found'
  | 'illegal-transition'
  | 'agents-busy'
  | 'idempotency-in-progress'
  | 'stale-revision'
  | 'body-too-large'
  | 'unsupported-media-type'
  | 'validation-failed'
  | 'unknown-agents'
  | 'version-mismatch'
  | 'idempotency-key-reused'
  | 'rate-limited'
  | 'internal'
  | 'unavailable'
  | 'newer-version';

export const PROBLEMS = {
  'invalid-json': { status: 400, title: 'The body is not JSON' },
  unauthenticated: { status: 401, title: 'No valid token' },
  forbidden: { status: 403, title: 'The token does not allow this' },
  'not-found': { status: 404, title: 'Not found' },
  'illegal-transition': { status: 409, title: 'The state of the plan does not allow this' },
  'agents-busy': { status: 409, title: 'Agents are in a plan that has not ended' },
  'idempotency-in-progress': { status: 409, title: 'The first request with this key is under way' },
  'stale-revision': { status: 412, title: 'The plan is at another revision' },
  'body-too-large': { status: 413, title: 'The body is too large' },
  'unsupported-media-type': { status: 415, title: 'Unsupported media type' },
  'validation-failed': { status: 422, title: 'Fields are missing or wrong' },
  'unknown-agents': { status: 422, title: 'Agents are not in the inventory' },
  'version-mismatch': { status: 422, title: 'Agents run another version' },
  'idempotency-key-reused': { status: 422, title: 'The key was sent with another body' },
  'rate-limited': { status: 429, title: 'Too many requests' },
  internal: { status: 500, title: 'Internal error' },
  unavailable: { status: 503, title: 'Temporarily unavailable' },
  'newer-version': { status: 503, title: 'The plan is of a newer version' },
} as const satisfies Record<ErrorCode, { status: ContentfulStatusCode; title: string }>;

/** One fault of a request: where it is, what is wrong and what is accepted. */
export interface Fault {
  path: string;
  message: string;
}

/** Members that an answer of one code carries beside those that all have. */
interface ProblemExtensions {
  errors?: readonly Fault[];
  currentStatus?: string;
  currentRevision?: number;
  conflicts?: readonly { agentId: string; planId: string }[];
  conflictCount?: number;
  agentIds?: readonly string[];
  agents?: readonly { agentId: string; actualVersion: string | null }[];
  agentCount?: number;
}

interface ProblemOptions extends ErrorOptions {
  /** Of the answer, in the place of what those of its code have. */
  headers?: Readonly<Record<string, string>>;
}

/** A failure whose detail may be shown to whoever sent the request. */
export class Problem extends Error {
  readonly code: ErrorCode;
  readonly extensions: ProblemExtensions;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: ErrorCode,
    detail: string,
    extensions: ProblemExtensions = {},
    { headers = {}, ...options }: ProblemOptions = {},
  ) {
    super(detail, options);
    this.name = 'Problem';
    this.code = code;
    this.extensions = extensions;
    this.headers = headers;
  }
}
