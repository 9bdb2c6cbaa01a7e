// Plain requests, for what a typed client would not send, and for what it does not show of an answer.

/** Where the contract's operations begin. */
export const BASE = '/api/v1/lifecycle';

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  /** Of the body; null where it is no JSON. */
  json: unknown;
  /** The path that was asked, without its query. */
  path: string;
}

export interface Asking {
  /** Sent as JSON. */
  json?: unknown;
  /** Sent as it is. */
  body?: string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>;
  headers?: Record<string, string>;
  /** The whole `Authorization` header; null for none. By default the token's. */
  authorization?: string | null;
}

export type Ask = (method: string, path: string, asking?: Asking) => Promise<Answer>;

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** @param token of every request that says nothing else */
export function createAsk({ url, token }: { url: string; token: string }): Ask {
  return async (method, path, { json, body, headers, authorization = `Bearer ${token}` } = {}) => {
    const response = await fetch(url + path, {
      method,
      headers: {
        ...(authorization === null ? {} : { authorization }),
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
      ...(body === undefined ? {} : { body }),
      ...(body instanceof ReadableStream ? { duplex: 'half' as const } : {}),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: parse(text),
      path: new URL(url + path).pathname,
    };
  };
}
