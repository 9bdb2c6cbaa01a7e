// A typed HTTP client of the contract, on fetch.
import { agentCalls } from './agents.js';
import { checkInCalls } from './checkIn.js';
import { eventCalls } from './events.js';
import { lcaCalls } from './lcas.js';
import { planCalls } from './plans.js';
import { releaseCalls } from './releases.js';
import { createRequest } from './request.js';
import { createSend } from './send.js';
import { sessionCalls } from './session.js';
import { createStream } from './stream.js';

export type { AgentLine, AgentVersions, ImportAnswer } from './agents.js';
export type { FollowOptions } from './events.js';
export type { CommandOptions, CreateOptions, MakeOptions, PlanInput } from './plans.js';
export { ConnectionError, isProblem, type Problem, ProblemError } from './problem.js';
export type { ArtifactInput } from './releases.js';
export type { CallOptions } from './send.js';
export type { Session } from './session.js';

/** With the backoff they span some 6 s: the restart of an api. */
const MAX_RETRIES = 5;

export interface ClientOptions {
  /** Where the api is, such as `https://gradus.example`; the contract's base path is added. */
  baseUrl: string;
  /** null: none is sent, as a browser sends its session by itself. */
  token: string | null;
  fetch?: typeof globalThis.fetch | undefined;
  /** How often a call that may be repeated, and found no api, is tried again; default 5. */
  maxRetries?: number | undefined;
}

export type Client = ReturnType<typeof createClient>;

/**
 * Each call throws ProblemError where the api answers with a problem and ConnectionError where no whole
 * answer comes within the call's time limit (30 s; a check-in's wait comes on top). What may be carried out
 * twice is tried again a few times where the api is away or asks to wait: GETs, check-ins, makings of a plan
 * with an idempotency key, dry runs, and without `ifMatch` pauses, cancellations and the promotion of a named
 * batch. Nothing else is.
 */
export function createClient({ baseUrl, token, fetch, maxRetries = MAX_RETRIES }: ClientOptions) {
  const send = createSend(baseUrl, token, fetch ?? globalThis.fetch.bind(globalThis));
  const request = createRequest(send, maxRetries);
  return {
    ...planCalls(request),
    ...eventCalls(request, createStream(send)),
    ...agentCalls(request),
    ...checkInCalls(request),
    ...sessionCalls(request),
    ...releaseCalls(request),
    ...lcaCalls(request),
  };
}
