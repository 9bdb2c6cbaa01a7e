// A load balancer as simple as can be: each request goes to the next api that says it is ready.
import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { waitFor } from './waitFor.js';

export interface Balancer {
  url: string;
  /** A line for each request that came to no answer, to half of one, or to one that says that the server failed. */
  faults: readonly string[];
  /** How many requests were answered. */
  answered(): number;
  /** The apis from now on. */
  lead(urls: readonly string[]): void;
  close(): Promise<void>;
}

/** No connection was made, so nothing was sent: any balancer takes the next one then. */
function isRefused(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED';
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts);
}

export async function startBalancer(): Promise<Balancer> {
  // Connections are kept, as balancers do: a request may meet one that its api is about to close.
  const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });
  const faults: string[] = [];
  let targets: readonly string[] = [];
  let turn = 0;
  let answered = 0;

  const ask = async (
    asked: Pick<IncomingMessage, 'method' | 'url' | 'headers'>,
    api: string,
    body: Buffer,
  ) => {
    const { method, headers } = asked;
    const sent = request(new URL(asked.url ?? '', api), { method, headers, agent });
    sent.end(body);
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    return { sent, response };
  };

  async function isReady(api: string): Promise<boolean> {
    try {
      const probe = { method: 'GET', url: '/readyz', headers: {} };
      const { response } = await ask(probe, api, Buffer.alloc(0));
      response.resume();
      return response.statusCode === 200;
    } catch {
      return false;
    }
  }

  /** @returns the next one that is ready, null where there is none */
  async function nextReady(): Promise<string | null> {
    for (let tried = 0; tried < targets.length; tried += 1) {
      turn += 1;
      const api = targets[turn % targets.length];
      if (api !== undefined && (await isReady(api))) return api;
    }
    return null;
  }

  async function forward(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await bodyOf(incoming);
    for (;;) {
      const api = await waitFor(nextReady, { what: 'an api that is ready', timeoutMs: 20_000 });
      try {
        const { sent, response } = await ask(incoming, api, body);
        outgoing.once('close', () => sent.destroy());
        outgoing.writeHead(response.statusCode ?? 0, withoutConnection(response));
        for await (const part of response) outgoing.write(part);
        outgoing.end();
        answered += 1;
        if ((response.statusCode ?? 0) >= 500) faults.push(`${of(incoming)}: ${response.statusCode}`);
        return;
      } catch (error) {
        if (isRefused(error)) continue;
        throw error;
      }
    }
  }

  const server = createServer({ keepAliveTimeout: 0 }, (incoming, outgoing) => {
    forward(incoming, outgoing).catch((error: unknown) => {
      // Who asked has gone: nobody missed the answer.
      if (!outgoing.destroyed) faults.push(`${of(incoming)}: ${String(error)}`);
      outgoing.destroy();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    faults,
    answered: () => answered,
    lead: (urls) => {
      targets = urls;
    },
    close: async () => {
      agent.destroy();
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function of({ method, url }: IncomingMessage): string {
  return `${method} ${url}`;
}

/** What the api does with its connection is not for the client. */
function withoutConnection({ headers }: IncomingMessage) {
  const { connection: _, 'keep-alive': __, 'transfer-encoding': ___, ...kept } = headers;
  return kept;
}
