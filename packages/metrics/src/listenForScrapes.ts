// A port of its own on which Prometheus reads the metrics, and nobody anything else.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Scraped {
  contentType: string;
  scrape(): Promise<string>;
}

export interface ScrapeListener {
  /** With the port that was given, where any was asked for. */
  url: string;
  close(): Promise<void>;
}

/**
 * @param port 0: any that is free
 * @throws where the address cannot be listened on
 */
export async function listenForScrapes(
  metrics: Scraped,
  { host, port }: { host: string; port: number },
): Promise<ScrapeListener> {
  const server = createServer(async ({ method = '', url = '' }, response) => {
    const isScrape = ['GET', 'HEAD'].includes(method) && url.split('?')[0] === '/metrics';
    if (!isScrape) {
      response.writeHead(404, { 'Content-Type': 'text/plain' }).end('The metrics are at /metrics.\n');
      return;
    }
    try {
      const text = await metrics.scrape();
      response.writeHead(200, { 'Content-Type': metrics.contentType }).end(text);
    } catch {
      // A process that has upgrades to drive does not end for its metrics.
      response.writeHead(500).end();
    }
  });
  server.listen({ host, port });
  await once(server, 'listening');
  const { address, family, port: listening } = server.address() as AddressInfo;
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${listening}/metrics`,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
