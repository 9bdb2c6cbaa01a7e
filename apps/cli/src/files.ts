// What is read from files, or from the standard input where the path is `-`.
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { addAbortSignal, type Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { Io } from './context.js';
import { UsageError } from './failures.js';

/** @throws UsageError where it cannot be read */
export async function readText(io: Io, path: string): Promise<string> {
  try {
    return await text(open(io, path));
  } catch (error) {
    throw unreadable(io, path, error);
  }
}

/** @throws UsageError where it cannot be read, or is not one JSON object */
export async function readObject(io: Io, path: string): Promise<Record<string, unknown>> {
  const json = await readText(io, path);
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new UsageError(`${path} is not JSON: ${error instanceof Error ? error.message : error}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UsageError(`${path} must be one JSON object.`);
  }
  return { ...value };
}

/** Every line as it comes. @throws UsageError where it cannot be read */
export async function* readLines(io: Io, path: string): AsyncGenerator<string, void, undefined> {
  try {
    yield* createInterface({ input: open(io, path), crlfDelay: Number.POSITIVE_INFINITY });
  } catch (error) {
    throw unreadable(io, path, error);
  }
}

function open({ stdin, signal }: Io, path: string): Readable {
  return addAbortSignal(signal, path === '-' ? stdin : createReadStream(path));
}

function unreadable({ signal }: Io, path: string, error: unknown): UsageError {
  signal.throwIfAborted();
  return new UsageError(`${path} cannot be read: ${error instanceof Error ? error.message : error}`);
}
