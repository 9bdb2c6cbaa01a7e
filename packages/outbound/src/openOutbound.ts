// HTTP requests to addresses that others have named: nowhere inside, within limits, and following nobody.
import { isIP } from 'node:net';
import { Agent, request } from 'undici';
import { type Network, reachOf } from './addresses.js';
import { AddressRefused, checkedLookup } from './checkedLookup.js';

/** What is answered beside its status is of no interest. */
const ANSWER_BYTES = 16 * 1024;
const HEADER_BYTES = 16 * 1024;
const CONNECT_WITHIN_MS = 5_000;
const IDLE_MS = 4_000;

/** The request came to no answer. */
export class NotDelivered extends Error {
  readonly code = 'not-delivered';
  /** For those who may not know what is inside: a fault of the network would tell them. */
  readonly shown: string;
  constructor(cause: unknown) {
    super(wordsOf(cause), { cause });
    this.name = 'NotDelivered';
    this.shown = cause instanceof AddressRefused ? cause.message : 'not reached';
  }
}

/** Errors of several addresses that were tried have no message of their own. */
function wordsOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const code = 'code' in cause ? String(cause.code) : '';
  return cause.message || code || cause.name;
}

export interface Outbound {
  /**
   * Posts JSON once. What is answered is passed over, but for its status; a redirect is such a status.
   *
   * @param withinMs for all of it, resolving the name included
   * @returns the status of the answer
   * @throws NotDelivered where there was none in time, or its address may not be reached
   */
  post(
    url: string,
    given: { headers: Readonly<Record<string, string>>; body: string; withinMs: number },
  ): Promise<number>;
  close(): Promise<void>;
}

/**
 * @param networks whose addresses may be reached though they are not public, and without TLS
 */
export function openOutbound(networks: readonly Network[]): Outbound {
  const mayReach = {
    'https:': (address: string) => reachOf(address, networks) !== 'refused',
    'http:': (address: string) => reachOf(address, networks) === 'named',
  };
  const agentFor = (protocol: keyof typeof mayReach) =>
    new Agent({
      connect: { lookup: checkedLookup(mayReach[protocol]), timeout: CONNECT_WITHIN_MS },
      keepAliveTimeout: IDLE_MS,
      maxHeaderSize: HEADER_BYTES,
      // A slow one is given another connection, not put behind it.
      pipelining: 1,
    });
  const agents = { 'https:': agentFor('https:'), 'http:': agentFor('http:') };

  return {
    post: async (url, { headers, body, withinMs }) => {
      const { protocol, hostname } = new URL(url);
      const isKnown = protocol === 'https:' || protocol === 'http:';
      const host = hostname.replace(/^\[(.*)\]$/, '$1');
      // An address is never looked up.
      if (!isKnown || (isIP(host) !== 0 && !mayReach[protocol](host))) {
        throw new NotDelivered(new AddressRefused(hostname));
      }
      const signal = AbortSignal.timeout(withinMs);
      try {
        const answer = await request(url, {
          method: 'POST',
          headers,
          body,
          signal,
          dispatcher: agents[protocol],
        });
        // Read so that the connection can be used again; what is too long, or breaks off, ends it.
        await answer.body.dump({ limit: ANSWER_BYTES, signal }).catch(() => undefined);
        return answer.statusCode;
      } catch (cause) {
        throw new NotDelivered(cause);
      }
    },
    close: async () => {
      await Promise.all(Object.values(agents).map((agent) => agent.destroy()));
    },
  };
}
