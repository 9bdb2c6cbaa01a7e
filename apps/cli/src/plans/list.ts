// ListGraduatedPlans.
import { PLAN_STATUSES, type PlanStatus } from '@gradus/domain';
import { type Command, Option } from 'commander';
import { onApi } from '../apiCommand.js';
import type { Context } from '../context.js';
import { withExamples } from '../help.js';
import { type ListFlags, list, withListOptions } from '../listing.js';
import { table } from '../table.js';

interface Flags extends ListFlags {
  status?: PlanStatus;
  agent?: string;
}

export function addList(plans: Command, context: Context): void {
  const command = plans
    .command('list')
    .description('List plans, the newest first.')
    .addOption(new Option('--status <status>', 'only those of this status').choices(PLAN_STATUSES))
    .option('--agent <id>', 'only those that this agent is in');
  withExamples(
    withListOptions(command),
    'plans list --status paused',
    'plans list --agent item1 --all --json',
  );
  onApi<Flags>(command, context, async ({ out, client, call }, flags) => {
    const { status, agent: agentId } = flags;
    await list(
      out,
      flags,
      (limit) => client.listPlans({ status, agentId, limit }, call),
      (found) =>
        table(
          ['plan', 'status', 'agents', 'done', 'failed', 'created', 'name'],
          found.map(({ id, status: now, counts, createdAt, name }) => [
            id,
            now,
            String(counts.agents),
            String(counts.completed + counts.skipped),
            String(counts.failed),
            createdAt,
            name,
          ]),
        ),
    );
  });
}
