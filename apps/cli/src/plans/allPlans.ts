// PauseAllPlans and ResumeAllPlans: the emergency stop, and its end.
import type { Command } from 'commander';
import { onApi } from '../apiCommand.js';
import { answer, type Context } from '../context.js';
import { withExamples } from '../help.js';

export function addPauseAll(plans: Command, context: Context): void {
  const command = plans.command('pause-all').description('The emergency stop: pause every running plan.');
  addToAll(command, context, 'pauseAllPlans', 'paused');
}

export function addResumeAll(plans: Command, context: Context): void {
  const command = plans
    .command('resume-all')
    .description('Resume the plans that pause-all paused, and no others.');
  addToAll(command, context, 'resumeAllPlans', 'resumed');
}

function addToAll(
  command: Command,
  context: Context,
  operation: 'pauseAllPlans' | 'resumeAllPlans',
  done: 'paused' | 'resumed',
): void {
  withExamples(command, `plans ${command.name()}`);
  onApi(command, context, async ({ out, client, call }) => {
    const answered = await client[operation](call);
    answer(out, answered, () => [`${answered.plans} plans ${done}`]);
  });
}
