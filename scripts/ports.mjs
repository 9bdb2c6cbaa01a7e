// Free and taken ports.
import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * A port that nothing listens on at this moment.
 *
 * @returns {Promise<number>}
 */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/**
 * Why a port cannot be listened on.
 *
 * @param {number} port
 * @param {string} host
 * @returns {Promise<string | null>} the system's code, such as EADDRINUSE; null where it can
 */
export async function whyTaken(port, host) {
  const server = createServer();
  try {
    await new Promise((resolve, reject) => {
      server.once('error', reject).listen(port, host, () => resolve(undefined));
    });
    return null;
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  } finally {
    server.close();
  }
}
