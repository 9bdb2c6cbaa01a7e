// One request of the contract: address, token, time limit, retries, problems.
import { ConnectionError, toProblemError } from './problem.js';
import { pause, retryDelayMs } from './retries.js';
import { startTimeLimit, type TimeLimit } from './timeLimit.js';

const BASE_PATH = '/api/v1/lifecycle';
const TIMEOUT_MS = 30_000;
/** With the backoff they span some 6 s: the restart of an api. */
const MAX_RETRIES = 5;

export interface ClientOptions {
  /** Where the api is, such as `https://gradus.example`; the contract's base path is added. */
  baseUrl: string;
  token: string;
  fetch?: typeof globalThis.fetch | undefined;
  /** How often a GET or a check-in that found no api is tried again; default 5. */
  maxRetries?: number | undefined;
}

/** What every call takes. */
export interface CallOptions {
  /** Ends the call, which then throws the signal's reason. */
  signal?: AbortSignal | undefined;
  /** The longest that one try may take without an answer. */
  timeoutMs?: number | undefined;
}

export interface Call extends CallOptions {
  method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** Below the base path; its parts are encoded already. */
  path: string;
  query?: Record<string, string | number | undefined> | undefined;
  headers?: Record<string, string> | undefined;
  json?: unknown;
  /** A body that is sent as it comes up; each `onProgress` begins the time limit anew. */
  ndjson?: ((onProgress: () => void) => ReadableStream<Uint8Array>) | undefined;
  /** Carrying it out twice is the same as once, so it may be tried again. */
  isRepeatable?: boolean | undefined;
}

/**
 * @returns what the api answered
 * @throws ProblemError where that is not a success, ConnectionError where there was no answer
 */
export type Request = <Answer>(call: Call) => Promise<Answer>;

export function createRequest(options: ClientOptions): Request {
  const { token, maxRetries = MAX_RETRIES } = options;
  const send = options.fetch ?? globalThis.fetch.bind(globalThis);
  const base = options.baseUrl.replace(/\/+$/, '') + BASE_PATH;

  async function exchange(call: Call, limit: TimeLimit): Promise<{ response: Response; text: string }> {
    try {
      const response = await send(base + call.path + queryOf(call), {
        method: call.method,
        headers: { authorization: `Bearer ${token}`, ...contentTypeOf(call), ...call.headers },
        signal: limit.signal,
        ...bodyOf(call, limit),
      });
      return { response, text: await response.text() };
    } catch (cause) {
      if (limit.isOver()) throw new ConnectionError('timed-out', `${name(call)} took too long`, cause);
      if (call.signal?.aborted) throw call.signal.reason;
      throw new ConnectionError('connection-failed', `${name(call)} got no answer`, cause);
    }
  }

  async function tryOnce<Answer>(call: Call): Promise<Answer> {
    const limit = startTimeLimit(call.timeoutMs ?? TIMEOUT_MS, call.signal);
    try {
      const { response, text } = await exchange(call, limit);
      if (!response.ok) throw toProblemError(response, text);
      if (response.status === 204) return undefined as Answer;
      try {
        return JSON.parse(text) as Answer;
      } catch {
        throw toProblemError(response, text);
      }
    } finally {
      limit.clear();
    }
  }

  return async <Answer>(call: Call) => {
    for (let retry = 0; ; retry += 1) {
      try {
        return await tryOnce<Answer>(call);
      } catch (error) {
        const delayMs = call.isRepeatable && retry < maxRetries ? retryDelayMs(error, retry) : null;
        if (delayMs === null) throw error;
        await pause(delayMs, call.signal);
      }
    }
  };
}

function name(call: Call): string {
  return `${call.method} ${call.path}`;
}

function queryOf(call: Call): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(call.query ?? {})) {
    if (value !== undefined) query.set(key, String(value));
  }
  return query.size === 0 ? '' : `?${query}`;
}

function contentTypeOf(call: Call): Record<string, string> {
  if (call.ndjson !== undefined) return { 'content-type': 'application/x-ndjson' };
  return call.json === undefined ? {} : { 'content-type': 'application/json' };
}

function bodyOf(call: Call, limit: TimeLimit): Pick<RequestInit, 'body' | 'duplex'> {
  if (call.ndjson !== undefined) return { body: call.ndjson(limit.restart), duplex: 'half' };
  return call.json === undefined ? {} : { body: JSON.stringify(call.json) };
}
