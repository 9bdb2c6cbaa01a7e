// DeleteGraduatedPlan.
import type { Command } from 'commander';
import { onApi } from '../apiCommand.js';
import { answer, type Context } from '../context.js';
import { ifRevision } from '../flags.js';
import { withExamples } from '../help.js';
import type { RevisionFlags } from './onPlan.js';

export function addDelete(plans: Command, context: Context): void {
  const command = plans
    .command('delete')
    .description('Delete a plan that has ended, with its events.')
    .argument('<plan>', 'its id')
    .addOption(ifRevision());
  withExamples(command, 'plans delete PLAN');
  onApi<RevisionFlags>(command, context, async ({ out, client, call }, flags, planId = '') => {
    await client.deletePlan(planId, { ...call, ifMatch: flags.ifRevision });
    answer(out, { deleted: planId }, () => [`${planId}  deleted`]);
  });
}
