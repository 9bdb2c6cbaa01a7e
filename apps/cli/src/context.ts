// What every command is given: what it reads and writes, its end, and the api.
import type { Readable } from 'node:stream';
import type { CallOptions, Client } from '@gradus/client';
import type { Ending } from './exitCodes.js';
import type { Output, Stream } from './output.js';

/** The process, as far as the commands know of it. */
export interface Io {
  stdin: Readable & { isTTY?: boolean };
  stdout: Stream & NodeJS.WritableStream;
  stderr: Stream & NodeJS.WritableStream;
  env: NodeJS.ProcessEnv;
  /** Aborts with Interrupted when the process is asked to end. */
  signal: AbortSignal;
}

export interface Context extends Io {
  out: Output;
  /** How the command ends where nothing is thrown. */
  ending: Ending;
}

/** What a command that asks the api is given. */
export interface Session {
  context: Context;
  out: Output;
  client: Client;
  /** For each of its calls. */
  call: CallOptions;
}

/** @param lines the answer in words */
export function answer(out: Output, value: unknown, lines: () => string[]): void {
  if (out.isJson) out.json(value);
  else out.lines(...lines());
}
