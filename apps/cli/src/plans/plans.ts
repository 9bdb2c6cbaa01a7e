// `gradus plans`: upgrade plans, made, watched and steered.
import type { Command } from 'commander';
import type { Context } from '../context.js';
import { addPauseAll, addResumeAll } from './allPlans.js';
import { addCancel } from './cancel.js';
import { addCreate } from './create.js';
import { addDelete } from './delete.js';
import { addEvents } from './events.js';
import { addGet } from './get.js';
import { addList } from './list.js';
import { addPause } from './pause.js';
import { addPromote } from './promote.js';
import { addResume } from './resume.js';
import { addStart } from './start.js';
import { addRetry, addRollback } from './successor.js';
import { addWatch } from './watch.js';

/** In the order of their help. */
const COMMANDS = [
  ...[addCreate, addList, addGet, addWatch, addEvents],
  ...[addStart, addPause, addResume, addPromote, addCancel],
  ...[addRetry, addRollback, addDelete, addPauseAll, addResumeAll],
];

export function addPlans(program: Command, context: Context): void {
  const plans = program.command('plans').description('Upgrade plans: make, watch and steer them.');
  for (const add of COMMANDS) add(plans, context);
}
