// RetryGraduatedPlan and RollbackGraduatedPlan: a new plan that follows from an ended one.
import type { Command } from 'commander';
import { onApi } from '../apiCommand.js';
import type { Context } from '../context.js';
import { ifRevision } from '../flags.js';
import { withExamples } from '../help.js';
import { type MakingFlags, makePlan, withMakingOptions } from './making.js';
import type { RevisionFlags } from './onPlan.js';

export function addRetry(plans: Command, context: Context): void {
  const command = plans
    .command('retry')
    .description('Make a new plan of the agents that failed in an ended one.');
  addSuccessor(command, context, 'retryPlan');
}

export function addRollback(plans: Command, context: Context): void {
  const command = plans
    .command('rollback')
    .description('Make a new plan that takes the agents of an ended one back to what they ran before.');
  addSuccessor(command, context, 'rollbackPlan');
}

function addSuccessor(command: Command, context: Context, operation: 'retryPlan' | 'rollbackPlan'): void {
  withMakingOptions(command.argument('<plan>', 'the id of the ended one').addOption(ifRevision()));
  withExamples(command, `plans ${command.name()} PLAN --watch`);
  onApi<MakingFlags & RevisionFlags>(command, context, (session, flags, planId = '') =>
    makePlan(session, flags, (options) =>
      session.client[operation](planId, { ...options, ifMatch: flags.ifRevision }),
    ),
  );
}
