// PauseGraduatedPlan.
import type { Command } from 'commander';
import type { Context } from '../context.js';
import { withExamples } from '../help.js';
import { onPlan } from './onPlan.js';

interface Flags {
  reason?: string;
}

export function addPause(plans: Command, context: Context): void {
  const command = plans
    .command('pause')
    .summary('Pause a plan.')
    .description('Pause a plan: it releases no more agents; what is under way goes on and is counted.')
    .option('--reason <text>', 'why');
  withExamples(command, 'plans pause PLAN --reason "seen on the dashboard"');
  onPlan<Flags>(command, context, (client, planId, { reason }, options) =>
    client.pausePlan(planId, { reason }, options),
  );
}
