// PromoteGraduatedPlan.
import type { Command } from 'commander';
import type { Context } from '../context.js';
import { wholeNumber } from '../flags.js';
import { withExamples } from '../help.js';
import { onPlan } from './onPlan.js';

interface Flags {
  batch?: number;
}

export function addPromote(plans: Command, context: Context): void {
  const command = plans
    .command('promote')
    .description('End the observe window and the gate of a batch, so that the next one begins.')
    .option(
      '--batch <index>',
      'the batch, counted from 0; one that is closed already stays as it is (default: the current one)',
      wholeNumber,
    );
  withExamples(command, 'plans promote PLAN', 'plans promote PLAN --batch 0');
  onPlan<Flags>(command, context, async (client, planId, { batch }, options) => {
    // Named, so that however late the command arrives it is for the batch that was current when it was given.
    const batchIndex = batch ?? (await client.getPlanSummary(planId, options)).currentBatch;
    return client.promotePlan(planId, { batchIndex }, options);
  });
}
