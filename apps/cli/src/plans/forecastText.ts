// What a plan would come to, as a table.
import type { Forecast, PlanSummary } from '@gradus/domain';
import { factLines } from '../planText.js';
import { table } from '../table.js';

export function forecastLines(plan: PlanSummary, forecast: Forecast): string[] {
  const batches = plan.batches.map(({ batchIndex, counts }, index) =>
    [batchIndex, counts.agents, counts.skipped, forecast.allowedFailures[index] ?? 0].map(String),
  );
  return [
    'Nothing was stored. The plan would be:',
    '',
    ...table(['batch', 'agents', 'skipped', 'failures allowed'], batches),
    '',
    ...factLines([
      ['batches', forecast.batchCount],
      ['agents', forecast.agentCount],
      ['tasks', forecast.taskCount],
      ['failed or in flight at the first pause, at worst', forecast.worstCaseAgentsHarmed],
      ['observe windows alone take', forecast.fastestDuration],
    ]),
  ];
}
