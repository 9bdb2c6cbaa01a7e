// `gradus agents`: the inventory.
import type { Command } from 'commander';
import type { Context } from '../context.js';
import { addDelete } from './delete.js';
import { addGet } from './get.js';
import { addImport } from './import.js';
import { addList } from './list.js';
import { addPut } from './put.js';

export function addAgents(program: Command, context: Context): void {
  const agents = program
    .command('agents')
    .description('The inventory: agents and their component instances.');
  for (const add of [addImport, addList, addGet, addPut, addDelete]) add(agents, context);
}
