// Free and taken ports.
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { Failure } from './failure.mjs';

/** Below those that systems give away by themselves, so that nobody gets one that is free for a moment. */
const FIRST_PORT = 15_000;
const PORTS = 17_000;
const TRIES = 100;

/**
 * A port that nothing listens on at this moment, and that no system gives away by itself.
 *
 * @returns {Promise<number>}
 */
export async function freePort() {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const port = FIRST_PORT + randomInt(PORTS);
    if ((await whyTaken(port, '127.0.0.1')) === null) return port;
  }
  throw new Failure('no-port', `Of ${TRIES} ports from ${FIRST_PORT} on none was free.`);
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
    if (server.listening) await once(server.close(), 'close');
  }
}
