// What the commands on a plan have in common: its id, its revision, and the summary that they answer.
import type { Client, CommandOptions } from '@gradus/client';
import type { PlanSummary } from '@gradus/domain';
import type { Command } from 'commander';
import { onApi } from '../apiCommand.js';
import { answer, type Context } from '../context.js';
import { ifRevision } from '../flags.js';
import { planLine } from '../planText.js';

export interface RevisionFlags {
  ifRevision?: number;
}

/** @param act carries the command out, given the values of its own options */
export function onPlan<Flags extends object>(
  command: Command,
  context: Context,
  act: (client: Client, planId: string, flags: Flags, options: CommandOptions) => Promise<PlanSummary>,
): void {
  command.argument('<plan>', 'its id').addOption(ifRevision());
  onApi<Flags & RevisionFlags>(command, context, async ({ out, client, call }, flags, planId = '') => {
    const plan = await act(client, planId, flags, { ...call, ifMatch: flags.ifRevision });
    answer(out, plan, () => [planLine(plan)]);
  });
}
