// A fresh token, and its entry for GRADUS_API_KEYS.
import { randomBytes } from 'node:crypto';
import type { Scope } from '@gradus/domain';
import type { Command } from 'commander';
import { withOutputOptions } from '../apiCommand.js';
import { answer, type Context } from '../context.js';
import { withExamples } from '../help.js';
import { keyName, scopes, sha256Of } from './entry.js';

const TOKEN_BYTES = 32;

interface Flags {
  name: string;
  scopes: Scope[];
  lcaUuid?: string;
}

export function addCreate(keys: Command, context: Context): void {
  const command = keys
    .command('create')
    .description('Make a random token, shown once, and the entry of GRADUS_API_KEYS that knows it.')
    .requiredOption('--name <text>', 'who acts with it', keyName)
    .requiredOption(
      '--scopes <list>',
      'what it may do, separated by commas, such as plans:read,plans:write',
      scopes,
    )
    .option('--lca-uuid <uuid>', 'the LCA that it speaks for, and no other');
  withExamples(
    command,
    'keys create --name ops --scopes plans:read,plans:write',
    'keys create --name hall-2 --scopes agents:check-in --lca-uuid lca-hall-2 --json',
  );
  withOutputOptions(command).action(() => {
    const { name, scopes: allowed, lcaUuid } = command.opts<Flags>();
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    const key = {
      name,
      sha256: sha256Of(token),
      scopes: allowed,
      ...(lcaUuid === undefined ? {} : { lcaUuid }),
    };
    answer(context.out, { token, key }, () => [
      `token, shown this once: ${token}`,
      'entry of GRADUS_API_KEYS:',
      JSON.stringify(key),
    ]);
  });
}
