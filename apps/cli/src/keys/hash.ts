// The hash of a token that there is already.
import type { Command } from 'commander';
import { withOutputOptions } from '../apiCommand.js';
import { answer, type Context } from '../context.js';
import { UsageError } from '../failures.js';
import { readText } from '../files.js';
import { withExamples } from '../help.js';
import { sha256Of } from './entry.js';

export function addHash(keys: Command, context: Context): void {
  const command = keys
    .command('hash')
    .description(
      'Read a token from the standard input, and show the sha256 that an entry of GRADUS_API_KEYS has.',
    );
  withExamples(command, 'keys hash < token.txt');
  withOutputOptions(command).action(async () => {
    const token = (await readText(context, '-')).trim();
    if (token === '') throw new UsageError('The standard input has no token.');
    const sha256 = sha256Of(token);
    answer(context.out, { sha256 }, () => [sha256]);
  });
}
