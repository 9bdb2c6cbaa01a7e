// The yardstick for reads: a route of Hono's that does one HGETALL and answers it as JSON, in a process of its own.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { connect } from '@gradus/redis';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';

const KEY = 'bare:hash';

if (process.send !== undefined && process.argv[2] === 'route') {
  const connection = connect(process.argv[3] ?? '', 'patient', console.error);
  const app = new Hono().get('/', async (c) => c.json(await connection.hgetall(KEY)));
  const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) =>
    process.send?.(port),
  );
  process.once('disconnect', () => {
    server.close();
    process.exit();
  });
}

/**
 * @param {{url: string, connection: import('@gradus/redis').Connection}} redis
 * @param {number} fields of the hash that it answers
 * @returns {Promise<{url: string, stop: () => Promise<void>}>}
 */
export async function startBareRoute({ url, connection }, fields) {
  const hash = Object.fromEntries(
    Array.from({ length: fields }, (_, index) => [`field${index}`, `value ${index}`]),
  );
  await connection.hset(KEY, hash);
  const child = fork(fileURLToPath(import.meta.url), ['route', url], { execArgv: [] });
  const [port] = await once(child, 'message');
  return {
    url: `http://127.0.0.1:${port}/`,
    stop: async () => {
      child.disconnect();
      await once(child, 'exit');
    },
  };
}
