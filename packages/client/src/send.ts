// One HTTP exchange of the contract: address, token, headers, time limit.
import { ConnectionError } from './problem.js';
import type { TimeLimit } from './timeLimit.js';

const BASE_PATH = '/api/v1/lifecycle';

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
  /** The path is below the api's address itself. */
  isAtRoot?: boolean | undefined;
  query?: Record<string, string | number | undefined> | undefined;
  headers?: Record<string, string> | undefined;
  json?: unknown;
  /** A body that is sent as it comes up; each `onProgress` begins the time limit anew. */
  ndjson?: ((onProgress: () => void) => ReadableStream<Uint8Array>) | undefined;
  /** Carrying it out twice is the same as once, so it may be tried again. */
  isRepeatable?: boolean | undefined;
}

/**
 * Sends the call, and lets `read` take the answer, whatever its status.
 *
 * @throws ConnectionError where the answer, or a part of what `read` reads of it, did not come
 */
export type Send = <Read>(
  call: Call,
  limit: TimeLimit,
  read: (response: Response) => Promise<Read>,
) => Promise<Read>;

/**
 * @param baseUrl where the api is; the contract's base path is added
 * @param token null: none is sent
 */
export function createSend(baseUrl: string, token: string | null, fetch: typeof globalThis.fetch): Send {
  const root = baseUrl.replace(/\/+$/, '');
  const authorization: Record<string, string> = token === null ? {} : { authorization: `Bearer ${token}` };
  return async (call, limit, read) => {
    try {
      const response = await fetch(root + (call.isAtRoot ? '' : BASE_PATH) + call.path + queryOf(call), {
        method: call.method,
        headers: { ...authorization, ...contentTypeOf(call), ...call.headers },
        signal: limit.signal,
        ...bodyOf(call, limit),
      });
      return await read(response);
    } catch (cause) {
      throw brokenOff(call, limit, cause);
    }
  };
}

/** @returns what to throw where a call, or the reading of its answer, broke off with this cause */
export function brokenOff(call: Call, limit: TimeLimit, cause: unknown): unknown {
  if (limit.isOver()) return new ConnectionError('timed-out', `${name(call)} took too long`, cause);
  if (call.signal?.aborted) return call.signal.reason;
  return new ConnectionError('connection-failed', `${name(call)} got no answer`, cause);
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
