// The listening socket: opened, and closed without cutting off whoever is being answered.

import type { Server, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import type { ApiApp } from './env.js';

/** Longer than the idle time of common load balancers, so that they never send into a connection just closed. */
const KEEP_ALIVE_MS = 65_000;
/** A long import keeps its request open. */
const REQUEST_MS = 3_600_000;
/** Whoever opens a connection says within this what it wants. */
const HEADERS_MS = 10_000;
/** A connection on which nothing moves, in either direction, for longer than any check-in waits. */
const IDLE_MS = 120_000;
/** Connections that may wait to be accepted, when a whole fleet comes back at once; the kernel may allow fewer. */
const BACKLOG = 4_096;
/** How often those limits are looked at. */
const CHECK_EVERY_MS = 2_000;

interface Listening {
  /** With the port that was given, where any was asked for. */
  url: string;
  /** Has each answer end its connection: whoever comes back does so by another one, which may lead elsewhere. */
  leave(): void;
  /**
   * Stops accepting; resolves when all is answered, or cut off after `drainMs`.
   *
   * @returns how many requests were cut off
   */
  close(drainMs: number): Promise<number>;
}

function urlOf({ address, family, port }: AddressInfo): string {
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}

/**
 * Which connections have a request to be answered. Node's own notion of idle leaves out those on which no request
 * ever came; clients open such ones ahead of need, and they would hold up the end.
 *
 * A connection lives for long, an answer for moments: all that is being answered in one Set would have the garbage
 * collector keep every answer for as long as that Set's earlier tables, which lead to its later ones.
 */
function watchConnections(server: Server) {
  const answersOf = new Map<Socket, ServerResponse[]>();
  let isLeaving = false;
  let isClosing = false;
  server.on('connection', (socket) => {
    answersOf.set(socket, []);
    socket.on('close', () => answersOf.delete(socket));
  });
  server.on('request', ({ socket }, response) => {
    const answers = answersOf.get(socket) ?? [];
    answers.push(response);
    response.shouldKeepAlive &&= !isLeaving;
    response.on('close', () => {
      answers.splice(answers.indexOf(response), 1);
      if (isClosing) socket.destroySoon();
    });
  });
  const answering = () => [...answersOf.values()].flat();
  return {
    answering: () => answering().length,
    leave: () => {
      isLeaving = true;
      for (const response of answering()) response.shouldKeepAlive = false;
    },
    closeUnasked: () => {
      isClosing = true;
      for (const [socket, answers] of answersOf) if (answers.length === 0) socket.destroy();
    },
  };
}

type Connections = ReturnType<typeof watchConnections>;

async function closeServer(server: Server, connections: Connections, drainMs: number): Promise<number> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  connections.closeUnasked();
  let cutOff = 0;
  const cut = setTimeout(() => {
    cutOff = connections.answering();
    server.closeAllConnections();
  }, drainMs);
  await closed;
  clearTimeout(cut);
  return cutOff;
}

/**
 * @param maxConnections that are open at once; further ones are closed unheard
 * @param onRefused told of each of these
 * @throws where the address cannot be listened on
 */
export function listen(
  app: ApiApp,
  { host, port, maxConnections }: { host: string; port: number; maxConnections: number },
  onRefused: () => void,
): Promise<Listening> {
  return new Promise((resolve, reject) => {
    // Without a server of another kind given, it is one of node:http.
    const server = createAdaptorServer({
      fetch: app.fetch,
      hostname: host,
      serverOptions: {
        keepAliveTimeout: KEEP_ALIVE_MS,
        requestTimeout: REQUEST_MS,
        headersTimeout: HEADERS_MS,
        connectionsCheckingInterval: CHECK_EVERY_MS,
      },
    }) as Server;
    server.maxConnections = maxConnections;
    server.on('drop', onRefused);
    server.setTimeout(IDLE_MS);
    const connections = watchConnections(server);
    server.once('error', reject);
    server.listen({ host, port, backlog: BACKLOG }, () => {
      server.off('error', reject);
      resolve({
        // Of a server that listens at a host and port, it is never a pipe's name.
        url: urlOf(server.address() as AddressInfo),
        leave: connections.leave,
        close: (drainMs) => closeServer(server, connections, drainMs),
      });
    });
  });
}
