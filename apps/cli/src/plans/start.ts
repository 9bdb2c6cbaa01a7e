// StartGraduatedPlan.
import type { Command } from 'commander';
import type { Context } from '../context.js';
import { withExamples } from '../help.js';
import { onPlan } from './onPlan.js';

export function addStart(plans: Command, context: Context): void {
  const command = plans.command('start').description('Start a plan that was made with --no-auto-start.');
  withExamples(command, 'plans start PLAN');
  onPlan(command, context, (client, planId, _, options) => client.startPlan(planId, options));
}
