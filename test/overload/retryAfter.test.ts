// Who is asked to come again later does: the client, and the simulated fleet.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createClient } from '@gradus/client';
import { afterEach, expect, it } from 'vitest';
import { startApp } from '../support/processes.js';

const RETRY_AFTER_S = 2;

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

/** An api that refuses the first request at each path but the probes, and takes the others. */
async function refusingOnce(status: 429 | 503): Promise<{ url: string; gapsMs: Map<string, number> }> {
  const refusedAt = new Map<string, number>();
  const gapsMs = new Map<string, number>();
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://x').pathname;
    const since = refusedAt.get(path);
    const isRefused = since === undefined && path !== '/readyz';
    if (since === undefined) refusedAt.set(path, performance.now());
    else if (!gapsMs.has(path)) gapsMs.set(path, performance.now() - since);
    request.resume().once('end', () => {
      const headers = isRefused ? { 'retry-after': String(RETRY_AFTER_S) } : {};
      response.writeHead(isRefused ? status : 200, { 'content-type': 'application/json', ...headers });
      response.end(JSON.stringify({ imported: 1, rejected: [], accepted: 0, tasks: [], cancel: [] }));
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, gapsMs };
}

it.each([429, 503] as const)('the client comes again no sooner than a %i asks for', async (status) => {
  const { url, gapsMs } = await refusingOnce(status);
  await createClient({ baseUrl: url, token: 't' }).getAgent('one');
  expect([...gapsMs.values()][0]).toBeGreaterThanOrEqual(RETRY_AFTER_S * 1_000);
});

it('the fleet registers no sooner than it is asked to', async () => {
  const { url, gapsMs } = await refusingOnce(429);
  const fleet = await startApp('fleet', { GRADUS_URL: url, GRADUS_TOKEN: 't', GRADUS_DEMO_AGENTS: '1' });
  await fleet.kill('SIGTERM');
  const [imported = 0] = [...gapsMs].flatMap(([path, gap]) => (path.endsWith('/import') ? [gap] : []));
  expect(imported).toBeGreaterThanOrEqual(RETRY_AFTER_S * 1_000);
});
