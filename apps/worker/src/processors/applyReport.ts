// reports/apply-report: takes what an LCA said into the inventory, then into the plans, and does what follows.
import { type ApplyReportJob, applyReportJob } from '@gradus/queues';
import type { Deps } from '../deps.js';
import { processor } from '../processor.js';

/** So many agents' reports of one check-in are under way at once. */
const AGENTS_AT_ONCE = 200;

type AgentReport = ApplyReportJob['reports'][number];
type Origin = Pick<ApplyReportJob, 'lcaUuid' | 'takenAt' | 'requestId'>;

export function applyReport(deps: Deps) {
  return processor(applyReportJob, deps.logger, async ({ reports, ...origin }) => {
    for (let start = 0; start < reports.length; start += AGENTS_AT_ONCE) {
      const part = reports.slice(start, start + AGENTS_AT_ONCE);
      const looks = await Promise.all(part.map((report) => applyOne(deps, origin, report)));
      const wanted = new Map(
        looks.flatMap((look) => (look === null ? [] : [[look.planId, look.batchIndex]])),
      );
      await Promise.all(
        [...wanted].map(([planId, batchIndex]) => deps.queues.driveBatch(planId, batchIndex)),
      );
    }
    return null;
  });
}

/** @returns the batch that should be looked at at once, null where none should */
async function applyOne(deps: Deps, { lcaUuid, takenAt, requestId }: Origin, report: AgentReport) {
  const { store, queues, logger } = deps;
  const { agentId, tasks = [], components = [] } = report;
  const recorded = await store.inventory.recordFacts({ agentId, lcaUuid, takenAt, components });
  const plan = recorded.outcome === 'recorded' ? recorded.plan : null;
  const facts = recorded.outcome === 'recorded' ? recorded.components : [];
  const applied =
    plan === null
      ? null
      : await store.steps.applyReport({
          ...plan,
          agentId,
          takenAt,
          now: store.now(),
          components: facts,
          tasks,
        });
  if (applied !== null && applied.released.length > 0) await queues.dispatchTasks(applied.released);
  // Where no plan speaks for a task any more, what its LCA said of it stands.
  const settled =
    applied?.mailbox ??
    tasks.map(({ lifecycleTaskUuid, status }) => ({
      lifecycleTaskUuid,
      outcome: status === 'running' ? ('running' as const) : ('ended' as const),
    }));
  await Promise.all(
    settled.map(({ lifecycleTaskUuid, outcome }) =>
      store.mailboxes.settle(lcaUuid, lifecycleTaskUuid, outcome, store.now()),
    ),
  );
  for (const { lifecycleTaskUuid, status } of tasks) {
    const { planId } = plan ?? {};
    const batchIndex = applied?.batchIndex;
    logger.debug(
      { requestId, planId, batchIndex, agentId, lifecycleTaskUuid, lcaUuid, status },
      'report applied',
    );
  }
  return plan !== null && applied?.lookNow ? { planId: plan.planId, batchIndex: applied.batchIndex } : null;
}
