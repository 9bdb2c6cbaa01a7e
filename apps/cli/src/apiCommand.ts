// What all commands that ask the api have in common: how they find it, and how they answer.
import { createClient } from '@gradus/client';
import type { Command } from 'commander';
import { type ConnectionFlags, readConnection } from './connection.js';
import type { Context, Session } from './context.js';
import { duration } from './flags.js';

interface ApiFlags extends ConnectionFlags {
  /** Milliseconds. */
  timeout?: number;
}

/** Every command answers in text or in JSON. */
export function withOutputOptions(command: Command): Command {
  return command
    .option('--json', 'answer in JSON, one document a line')
    .option('--no-color', 'no colors, as with the variable NO_COLOR');
}

/** Where the api is, and by which token it is asked. */
export function withConnectionOptions(command: Command): Command {
  return command
    .option('--url <url>', 'where the api is (GRADUS_URL; default: http://127.0.0.1:3000)')
    .option('--token <token>', 'the token (GRADUS_TOKEN); a file hides it better')
    .option('--token-file <path>', 'a file with the token');
}

/**
 * Makes the command one that asks the api.
 *
 * @param act given the values of its own options, and its arguments
 */
export function onApi<Flags extends object>(
  command: Command,
  context: Context,
  act: (session: Session, flags: Flags, ...args: string[]) => Promise<void>,
): void {
  withOutputOptions(
    withConnectionOptions(command).option(
      '--timeout <duration>',
      'how long the api may take for an answer (default: 30s)',
      duration,
    ),
  ).action(async () => {
    const flags = command.opts<Flags & ApiFlags>();
    const { url, token } = readConnection(flags, context.env);
    const session: Session = {
      context,
      out: context.out,
      client: createClient({ baseUrl: url, token }),
      call: { signal: context.signal, timeoutMs: flags.timeout },
    };
    await act(session, flags, ...command.args);
  });
}
