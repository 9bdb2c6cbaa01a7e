// A plan as lines of text, by the service and by the reference, to be compared line by line.
import type { PlanSummary, Batch as ShownBatch } from '@gradus/domain';
import { factsOf } from './facts.js';
import { agentId } from './names.js';
import type { ReferencePlan } from './referencePlan.js';
import { AGENT_STATES, holdsSlot, stateOf } from './referenceState.js';

const THRESHOLD = 'Failure threshold exceeded';

function instantOf(ms: number | null): string {
  return ms === null ? '-' : new Date(ms).toISOString();
}

export function linesOfReference(plan: ReferencePlan): string[] {
  const by =
    plan.pausedBy === null ? '' : plan.pausedBy === 'threshold' ? ' by its threshold' : ' by somebody';
  const open = plan.members.filter(holdsSlot).map(({ agent }) => agentId(agent));
  return [
    `${plan.status}${by}, batch ${plan.currentBatch}, open: ${open.join(' ')}`,
    ...plan.batches.flatMap((batch, index) => {
      const states = batch.members.map(stateOf);
      const counts = AGENT_STATES.map((state) => `${states.filter((one) => one === state).length} ${state}`);
      const { status, allowedFailures, forgiven } = batch;
      const window = status === 'observing' ? instantOf(batch.observingUntil) : '-';
      return [
        `batch ${index} ${status}: failedCount ${plan.failedCount(batch)}, allowedFailures ${allowedFailures}, forgiven ${forgiven}, unconfirmed ${plan.unconfirmedOf(batch)}, until ${window}; ${counts.join(', ')}`,
        ...batch.members.flatMap(({ agent, tasks }) =>
          tasks.map(({ instance, status, attempt, known }) => {
            const { runtimeStatus, actualVersion, actualRelease } = factsOf(known);
            const facts = `${runtimeStatus} ${actualVersion} ${actualRelease}`;
            return `${agentId(agent)}.${instance} #${attempt} ${status} (${facts})`;
          }),
        ),
      ];
    }),
  ];
}

export function linesOfService(summary: PlanSummary, batches: readonly ShownBatch[]): string[] {
  const { pauseReason } = summary;
  const by =
    pauseReason === null ? '' : pauseReason.startsWith(THRESHOLD) ? ' by its threshold' : ' by somebody';
  const isOpen = (status: string) => ['queued', 'dispatched', 'running'].includes(status);
  const open = batches.flatMap(({ tasks }) => tasks.filter((task) => isOpen(task.status)));
  return [
    `${summary.status}${by}, batch ${summary.currentBatch}, open: ${[...new Set(open.map((task) => task.agentId))].join(' ')}`,
    ...batches.flatMap(({ batchIndex, status, failedCount, counts, tasks, ...batch }) => {
      const shown = AGENT_STATES.map((state) => `${counts[state]} ${state}`);
      const window = status === 'observing' ? (batch.observingUntil ?? '-') : '-';
      return [
        `batch ${batchIndex} ${status}: failedCount ${failedCount}, allowedFailures ${batch.allowedFailures}, forgiven ${batch.forgiven}, unconfirmed ${batch.unconfirmed}, until ${window}; ${shown.join(', ')}`,
        ...tasks.map((task) => {
          const facts = `${task.runtimeStatus} ${task.actualVersion} ${task.actualRelease}`;
          const instance = task.componentInstanceUuid.slice(task.componentInstanceUuid.lastIndexOf('-') + 1);
          return `${task.agentId}.${instance} #${task.attempt} ${task.status} (${facts})`;
        }),
      ];
    }),
  ];
}
