// reports/apply-report: takes what an LCA said into the inventory, then into the plans, and does what follows.
import { type ApplyReportJob, applyReportJob } from '@gradus/queues';
import { type AppliedReport, NewerPlan } from '@gradus/store';
import type { Job } from 'bullmq';
import type { Deps } from '../deps.js';
import { processor } from '../processor.js';

/** So many agents' reports of one check-in are under way at once. */
const AGENTS_AT_ONCE = 200;

type AgentReport = ApplyReportJob['reports'][number];
type Origin = Pick<ApplyReportJob, 'lcaUuid' | 'takenAt' | 'requestId'>;

export function applyReport(deps: Deps) {
  return processor(applyReportJob, deps, async ({ reports, ...origin }, job) => {
    const agents = byAgent(reports);
    const faults: unknown[] = [];
    const left = new Map<string, NewerPlan>();
    for (let start = 0; start < agents.length; start += AGENTS_AT_ONCE) {
      const part = agents.slice(start, start + AGENTS_AT_ONCE);
      const settled = await Promise.allSettled(part.map((said) => applyInOrder(deps, origin, said)));
      const applied = settled.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
      const released = applied.flatMap((one) => one.released);
      if (released.length > 0) await deps.queues.dispatchTasks(released);
      // One agent's fault keeps no other agent's outcome back.
      for (const [index, one] of settled.entries()) {
        if (one.status === 'fulfilled') continue;
        const agentId = part[index]?.[0]?.agentId;
        if (one.reason instanceof NewerPlan && agentId !== undefined) left.set(agentId, one.reason);
        else faults.push(one.reason);
      }
      const looks = applied.filter((one) => one.lookNow);
      const wanted = new Map(looks.map(({ planId, batchIndex }) => [planId, batchIndex]));
      await Promise.all(
        [...wanted].map(([planId, batchIndex]) => deps.queues.driveBatch(planId, batchIndex)),
      );
    }
    if (faults.length > 0) throw faults[0];
    const [newer] = left.values();
    if (newer === undefined) return null;
    await keepOnly(job, left);
    throw newer;
  });
}

/** What is said of agents in a newer version's plans is left to its workers; nothing else has to wait for them. */
async function keepOnly(job: Job, left: ReadonlyMap<string, unknown>): Promise<void> {
  // As it was enqueued: whoever knows more than this version may find more in it.
  const { reports } = job.data as { reports: AgentReport[] };
  const kept = reports.filter(({ agentId }) => left.has(agentId));
  if (kept.length < reports.length) await job.updateData({ ...job.data, reports: kept });
}

function byAgent(reports: readonly AgentReport[]): AgentReport[][] {
  const said = new Map<string, AgentReport[]>();
  for (const report of reports) said.set(report.agentId, [...(said.get(report.agentId) ?? []), report]);
  return [...said.values()];
}

/** What a report came to in the plan that has its agent. */
type Applied = Pick<AppliedReport, 'batchIndex' | 'released' | 'lookNow'> & { planId: string };

/** What one check-in says of an agent in several reports, it says in their order. */
async function applyInOrder(deps: Deps, origin: Origin, said: readonly AgentReport[]): Promise<Applied[]> {
  const all: Applied[] = [];
  for (const report of said) {
    const applied = await applyOne(deps, origin, report);
    if (applied !== null) all.push(applied);
  }
  return all;
}

/** @returns null where no plan took it */
async function applyOne(
  deps: Deps,
  { lcaUuid, takenAt, requestId }: Origin,
  report: AgentReport,
): Promise<Applied | null> {
  const { store, logger } = deps;
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
  return plan === null || applied === null ? null : { ...applied, planId: plan.planId };
}
