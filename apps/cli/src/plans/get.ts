// GetGraduatedPlan, and a batch's tasks.
import { AGENT_STATE_OF, type PlanTask, type TaskStatus } from '@gradus/domain';
import { type Command, Option } from 'commander';
import { onApi } from '../apiCommand.js';
import type { Context } from '../context.js';
import { UsageError } from '../failures.js';
import { wholeNumber } from '../flags.js';
import { withExamples } from '../help.js';
import { list } from '../listing.js';
import { planLines } from '../planText.js';
import { table } from '../table.js';

interface Flags {
  summary?: boolean;
  batch?: number;
  status?: TaskStatus;
}

export function addGet(plans: Command, context: Context): void {
  const command = plans
    .command('get')
    .description('Show a plan, or the tasks of one of its batches.')
    .argument('<plan>', 'its id')
    .option('--summary', 'with --json: without agents and tasks')
    .option('--batch <index>', 'the tasks of this batch, counted from 0', wholeNumber)
    .addOption(
      new Option('--status <status>', 'of these tasks only those').choices(Object.keys(AGENT_STATE_OF)),
    );
  withExamples(
    command,
    'plans get PLAN',
    'plans get PLAN --json',
    'plans get PLAN --batch 0 --status failed',
  );
  onApi<Flags>(command, context, async ({ out, client, call }, { summary, batch, status }, planId = '') => {
    if (batch !== undefined) {
      return list(
        out,
        { all: true },
        (limit) => client.listBatchTasks(planId, batch, { status, limit }, call),
        taskLines,
      );
    }
    if (status !== undefined) throw new UsageError('--status goes with --batch.');
    if (out.isJson && !summary) out.json(await client.getPlan(planId, call));
    else {
      const plan = await client.getPlanSummary(planId, call);
      if (out.isJson) out.json(plan);
      else out.lines(...planLines(plan));
    }
  });
}

function taskLines(tasks: readonly PlanTask[]): string[] {
  return table(
    ['agent', 'component', 'status', 'attempt', 'runs', 'release', 'error'],
    tasks.map(({ agentId, componentName, status, attempt, actualVersion, actualRelease, error }) => [
      agentId,
      componentName,
      status,
      String(attempt),
      actualVersion ?? '',
      actualRelease ?? '',
      error ?? '',
    ]),
  );
}
