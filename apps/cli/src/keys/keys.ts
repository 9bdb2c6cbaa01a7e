// `gradus keys`: static keys for GRADUS_API_KEYS. Nothing is asked of the api.
import type { Command } from 'commander';
import type { Context } from '../context.js';
import { addCreate } from './create.js';
import { addHash } from './hash.js';

export function addKeys(program: Command, context: Context): void {
  const keys = program.command('keys').description('Keys for GRADUS_API_KEYS, which the api is given.');
  for (const add of [addCreate, addHash]) add(keys, context);
}
