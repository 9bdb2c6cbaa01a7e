// Every way in which a request can fail, by its stable code, and what an answer tells of it.
import type { PlanStatus } from './plan.js';
import type { ReleaseId } from './release.js';

export const PROBLEM_CODES = [
  'invalid-json',
  'unauthenticated',
  'forbidden',
  'not-found',
  'illegal-transition',
  'agents-busy',
  'release-in-use',
  'idempotency-in-progress',
  'stale-revision',
  'body-too-large',
  'unsupported-media-type',
  'range-not-satisfiable',
  'validation-failed',
  'unknown-agents',
  'version-mismatch',
  'unknown-release',
  'idempotency-key-reused',
  'rate-limited',
  'internal',
  'unavailable',
  'newer-version',
] as const;

export type ProblemCode = (typeof PROBLEM_CODES)[number];

/** One fault of a request: where it is, what is wrong and what is accepted. */
export interface Fault {
  path: string;
  message: string;
}

/** What the codes that are named here add; the others add nothing. */
export interface ProblemExtensions {
  /** Every fault at once. */
  'validation-failed': { errors: readonly Fault[] };
  'illegal-transition': { currentStatus: PlanStatus };
  'stale-revision': { currentRevision: number };
  /** The first 100, and how many there are. */
  'agents-busy': { conflicts: readonly { agentId: string; planId: string }[]; conflictCount: number };
  /** The first 100, and how many there are. */
  'unknown-agents': { agentIds: readonly string[]; agentCount: number };
  /** The first 100, and how many there are. */
  'version-mismatch': {
    agents: readonly { agentId: string; actualVersion: string | null }[];
    agentCount: number;
  };
  /** A plan that has it, or had. */
  'release-in-use': { planId: string };
  /** The first 100, and how many there are. */
  'unknown-release': { releases: readonly ReleaseId[]; releaseCount: number };
}

/** What an answer of the code carries beside what all have. */
export type ExtensionOf<Code extends ProblemCode> = Code extends keyof ProblemExtensions
  ? ProblemExtensions[Code]
  : Record<never, never>;

/** What every problem document has (RFC 9457). */
interface ProblemMembers<Code extends ProblemCode> {
  type: `urn:gradus:problem:${Code}`;
  title: string;
  status: number;
  detail: string;
  /** The path that was asked. */
  instance: string;
  code: Code;
  requestId: string;
}

/** A problem document; which members it has follows from its `code`. */
export type ProblemDocument<Code extends ProblemCode = ProblemCode> = Code extends ProblemCode
  ? ProblemMembers<Code> & ExtensionOf<Code>
  : never;
