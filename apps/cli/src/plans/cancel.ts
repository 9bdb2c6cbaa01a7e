// CancelGraduatedPlan.
import type { Command } from 'commander';
import type { Context } from '../context.js';
import { withExamples } from '../help.js';
import { onPlan } from './onPlan.js';

interface Flags {
  reason?: string;
}

export function addCancel(plans: Command, context: Context): void {
  const command = plans
    .command('cancel')
    .description('Cancel a plan: everything unfinished is dropped; what is upgraded stays so.')
    .option('--reason <text>', 'why');
  withExamples(command, 'plans cancel PLAN --reason "the canary looks ill"');
  onPlan<Flags>(command, context, (client, planId, { reason }, options) =>
    client.cancelPlan(planId, { reason }, options),
  );
}
