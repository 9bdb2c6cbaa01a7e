// One agent at a time in a state folder: a socket there, which the system closes however its process ends.
import { once } from 'node:events';
import { mkdir, rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { UsageError } from '../failures.js';

/** Of a socket's path, on every Unix; a longer one would be cut without a word. */
const MAX_PATH_BYTES = 103;

/**
 * Holds the folder until the process ends, and not less: what it still writes is not to meet another agent.
 *
 * @param folder made where it is not there
 * @throws UsageError where another agent holds it, or the folder cannot have one
 */
export async function lockFolder(folder: string): Promise<void> {
  const path = join(folder, 'lock');
  if (Buffer.byteLength(path) > MAX_PATH_BYTES) {
    throw new UsageError(
      `--state cannot be used: with lock in it, its path may have ${MAX_PATH_BYTES} bytes.`,
    );
  }
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch((error: Error) => {
    throw new UsageError(`--state cannot be used: ${error.message}`);
  });
  const server = (await listen(path)) ?? (await takeOver(folder, path));
  // It is held, not waited for.
  server.unref();
}

/** @returns null where something stands at the path */
async function listen(path: string): Promise<Server | null> {
  const server = createServer((socket) => socket.destroy());
  server.listen(path);
  try {
    await once(server, 'listening');
    return server;
  } catch (error) {
    if (codeOf(error) === 'EADDRINUSE') return null;
    throw new UsageError(`--state cannot be locked: ${error instanceof Error ? error.message : error}`);
  }
}

/** In the place of an agent that died without a word. */
async function takeOver(folder: string, path: string): Promise<Server> {
  const isHeld = await isAnswered(path);
  if (!isHeld) await rm(path, { force: true });
  const server = isHeld ? null : await listen(path);
  if (server === null) throw new UsageError(`Another agent runs with the state in ${folder}.`);
  return server;
}

async function isAnswered(path: string): Promise<boolean> {
  const socket = connect(path);
  try {
    await once(socket, 'connect');
    return true;
  } catch (error) {
    return codeOf(error) !== 'ECONNREFUSED' && codeOf(error) !== 'ENOENT';
  } finally {
    socket.destroy();
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
