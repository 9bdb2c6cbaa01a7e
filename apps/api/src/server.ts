// The listening socket: opened, and closed without cutting off whoever is being answered.

import { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import type { ApiApp } from './env.js';

/** Longer than the idle time of common load balancers, so that they never send into a connection just closed. */
const KEEP_ALIVE_MS = 65_000;
/** A long import keeps its request open; what sends no headers is dropped far sooner, by Node's default. */
const REQUEST_MS = 3_600_000;
const CLOSE_IDLE_EVERY_MS = 50;

interface Listening {
  /** With the port that was given, where any was asked for. */
  url: string;
  /** Stops accepting; resolves when all is answered, or cut off after `drainMs`. */
  close(drainMs: number): Promise<void>;
}

function urlOf({ address, family, port }: AddressInfo): string {
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}

async function closeServer(server: Server, drainMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  // Connections that are kept alive turn idle only after their answer, when closing has long begun.
  const idle = setInterval(() => server.closeIdleConnections(), CLOSE_IDLE_EVERY_MS);
  const cut = setTimeout(() => server.closeAllConnections(), drainMs);
  await closed;
  clearInterval(idle);
  clearTimeout(cut);
}

/** @throws where the address cannot be listened on */
export function listen(app: ApiApp, host: string, port: number): Promise<Listening> {
  return new Promise((resolve, reject) => {
    const server = serve(
      {
        fetch: app.fetch,
        hostname: host,
        port,
        serverOptions: { keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: REQUEST_MS },
      },
      (address) => {
        server.off('error', reject);
        resolve({
          url: urlOf(address),
          close: async (drainMs) => {
            if (server instanceof Server) await closeServer(server, drainMs);
          },
        });
      },
    );
    server.once('error', reject);
  });
}
