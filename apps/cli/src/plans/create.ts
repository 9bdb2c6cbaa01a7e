// CreateGraduatedPlan, and its forecast.
import type { Command } from 'commander';
import { onApi } from '../apiCommand.js';
import { answer, type Context, type Session } from '../context.js';
import { UsageError } from '../failures.js';
import { withExamples } from '../help.js';
import { forecastLines } from './forecastText.js';
import { type MakingFlags, makePlan, withMakingOptions } from './making.js';
import { type PlanFlags, readPlan, withPlanOptions } from './planFields.js';

interface Flags extends PlanFlags, MakingFlags {
  dryRun?: boolean;
}

export function addCreate(plans: Command, context: Context): void {
  const command = plans
    .command('create')
    .description('Make a plan, or see what it would come to (--dry-run).');
  withPlanOptions(command).option('--dry-run', 'nothing is stored: show the forecast');
  withExamples(
    withMakingOptions(command),
    'plans create --name "To 1.3.0" --from-version 1.2.0 --to-version 1.3.0 --to-release 221 --agents item1,item2',
    'plans create --file plan.json --agents-file hall-2.txt --dry-run',
    'plans create --file plan.json --watch',
  );
  onApi<Flags>(command, context, async (session, flags) => {
    if (flags.dryRun && flags.watch)
      throw new UsageError('--dry-run makes nothing that --watch could watch.');
    const plan = await readPlan(context, flags);
    if (flags.dryRun) await preview(session, plan);
    else await makePlan(session, flags, (options) => session.client.createPlan(plan, options));
  });
}

async function preview(
  { out, client, call }: Session,
  plan: Parameters<typeof client.createPlan>[0],
): Promise<void> {
  const shown = await client.createPlan(plan, { ...call, dryRun: true, minimal: true });
  answer(out, shown, () => forecastLines(shown, shown.forecast));
}
