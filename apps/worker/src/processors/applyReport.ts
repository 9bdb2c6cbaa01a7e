// reports/apply-report: takes what an LCA said into the inventory, then into the plans, and does what follows.
import { type ApplyReportJob, applyReportJob } from '@gradus/queues';
import { type DispatchOrder, NewerPlan } from '@gradus/store';
import { type About, inSpan, linkSpan } from '@gradus/traces';
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
      const due: Due = { released: [], looks: new Map() };
      const settled = await Promise.allSettled(part.map((said) => applyInOrder(deps, origin, said, due)));
      // One agent's fault keeps no other agent's outcome back.
      for (const [index, one] of settled.entries()) {
        if (one.status === 'fulfilled') continue;
        const agentId = part[index]?.[0]?.agentId;
        if (one.reason instanceof NewerPlan && agentId !== undefined) left.set(agentId, one.reason);
        else faults.push(one.reason);
      }
      faults.push(...(await enqueue(deps, due)));
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

/** What the reports of a part call for, whatever becomes of the others among them. */
interface Due {
  released: DispatchOrder[];
  /** Plan → its batch that is to be looked at. */
  looks: Map<string, number>;
}

/** @returns what could not be enqueued, and why */
async function enqueue({ queues }: Deps, { released, looks }: Due): Promise<unknown[]> {
  const enqueued = await Promise.allSettled([
    released.length > 0 ? queues.dispatchTasks(released) : undefined,
    ...[...looks].map(([planId, batchIndex]) => queues.driveBatch(planId, batchIndex)),
  ]);
  return enqueued.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
}

/** What one check-in says of an agent in several reports, it says in their order. */
async function applyInOrder(deps: Deps, origin: Origin, said: readonly AgentReport[], due: Due) {
  for (const report of said) await applyOne(deps, origin, report, due);
}

async function applyOne(
  deps: Deps,
  { lcaUuid, takenAt, requestId }: Origin,
  report: AgentReport,
  due: Due,
): Promise<void> {
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
  if (plan !== null && applied !== null) {
    due.released.push(...applied.released);
    if (applied.lookNow) due.looks.set(plan.planId, applied.batchIndex);
  }
  // Where no plan speaks for a task any more, what its LCA said of it stands.
  const settled =
    applied?.mailbox ??
    tasks.map(({ lifecycleTaskUuid, status }) => ({
      lifecycleTaskUuid,
      outcome: status === 'running' ? ('running' as const) : ('ended' as const),
    }));
  const about = { requestId, agentId, lcaUuid, planId: plan?.planId, batchIndex: applied?.batchIndex };
  await Promise.all(settled.map((task) => settle(deps, { ...about, ...task })));
  for (const { lifecycleTaskUuid, status } of tasks) {
    const { planId } = plan ?? {};
    const batchIndex = applied?.batchIndex;
    logger.debug(
      { requestId, planId, batchIndex, agentId, lifecycleTaskUuid, lcaUuid, status },
      'report applied',
    );
  }
}

/** Has the mailbox do what follows, in a span that leads back to the dispatch. */
async function settle(
  { store, isTraced }: Deps,
  { outcome, ...about }: About & { lcaUuid: string; lifecycleTaskUuid: string; outcome: 'running' | 'ended' },
): Promise<void> {
  const inMailbox = () =>
    store.mailboxes.settle(about.lcaUuid, about.lifecycleTaskUuid, outcome, store.now(), isTraced);
  if (!isTraced) await inMailbox();
  else {
    await inSpan(`task ${outcome}`, about, async () => {
      const dispatched = await inMailbox();
      if (dispatched !== null) linkSpan([dispatched]);
    });
  }
}
