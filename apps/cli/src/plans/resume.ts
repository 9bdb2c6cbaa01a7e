// ResumeGraduatedPlan.
import type { Command } from 'commander';
import type { Context } from '../context.js';
import { decimal, positiveNumber } from '../flags.js';
import { withExamples } from '../help.js';
import { onPlan } from './onPlan.js';

interface Flags {
  failureThreshold?: number;
  concurrency?: number;
  retryFailed?: boolean;
}

export function addResume(plans: Command, context: Context): void {
  const command = plans
    .command('resume')
    .summary('Resume a plan that is paused.')
    .description(
      'Resume a plan that is paused. After too many failures that accepts the failures so far; with --retry-failed ' +
        'the failed agents of the batch are tried again instead.',
    )
    .option('--failure-threshold <share>', 'another one, for this batch and the later ones', decimal)
    .option('--concurrency <n>', 'another one, from now on', positiveNumber)
    .option('--retry-failed', 'try the failed agents of this batch again');
  withExamples(command, 'plans resume PLAN', 'plans resume PLAN --retry-failed --concurrency 2');
  onPlan<Flags>(command, context, (client, planId, { failureThreshold, concurrency, retryFailed }, options) =>
    client.resumePlan(planId, { failureThreshold, concurrency, retryFailed }, options),
  );
}
