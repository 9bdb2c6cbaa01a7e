// A typed HTTP client of the contract, on fetch.
import { agentCalls } from './agents.js';
import { checkInCalls } from './checkIn.js';
import { planCalls } from './plans.js';
import { type ClientOptions, createRequest } from './request.js';

export type { AgentLine, ImportAnswer } from './agents.js';
export type { CommandOptions, CreateOptions, MakeOptions, PlanInput } from './plans.js';
export { ConnectionError, type Problem, ProblemError } from './problem.js';
export type { CallOptions, ClientOptions } from './request.js';

export type Client = ReturnType<typeof createClient>;

/**
 * Each call throws ProblemError where the api answers with a problem and ConnectionError where no whole
 * answer comes within the call's time limit (30 s; a check-in's wait comes on top). GETs and check-ins are
 * tried again a few times where the api is away or asks to wait; nothing else is.
 */
export function createClient(options: ClientOptions) {
  const request = createRequest(options);
  return { ...planCalls(request), ...agentCalls(request), ...checkInCalls(request) };
}
