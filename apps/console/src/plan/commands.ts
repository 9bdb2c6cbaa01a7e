// The commands on a plan: which of them its state allows, what each will do, and doing it.
import { hasEnded, type PlanSummary } from '@gradus/domain';
import { client } from '../api.js';
import { counted, number } from '../words/numbers.js';
import { batchName, batchOf } from '../words/statusText.js';

export type Verb = 'start' | 'pause' | 'resume' | 'promote' | 'cancel' | 'retry' | 'rollback' | 'delete';

export interface Command {
  verb: Verb;
  label: string;
  /** Said before it happens. */
  consequence: string;
  /** A click does it: it can be taken back, and may be urgent. */
  isImmediate?: true;
  tone?: 'primary' | 'danger';
}

/** What a person fills in. */
export interface CommandInput {
  reason?: string | undefined;
  failureThreshold?: number | undefined;
  concurrency?: number | undefined;
  retryFailed?: boolean | undefined;
}

/** Pauses by the threshold are told apart by how their reason begins. */
const THRESHOLD_PAUSE = 'Failure threshold exceeded';

function isThresholdPause({ status, pauseReason }: PlanSummary): boolean {
  return status === 'paused' && (pauseReason?.startsWith(THRESHOLD_PAUSE) ?? false);
}

/** As in "12 agents in flight will finish, 4,988 are not started". */
function inFlightAndLeft({ counts }: PlanSummary, become: string, left: string): string {
  const { running, pending } = counts;
  const flight = running === 0 ? 'No agent is in flight' : `${counted(running, 'agent')} in flight ${become}`;
  return `${flight}, ${number(pending)} ${pending === 1 ? 'is' : 'are'} ${left}.`;
}

function pause(plan: PlanSummary): Command {
  const consequence = inFlightAndLeft(plan, 'will finish', 'not started');
  return { verb: 'pause', label: 'Pause', consequence, isImmediate: true, tone: 'danger' };
}

function resume(plan: PlanSummary): Command {
  const { pending } = plan.counts;
  const batch = batchOf(plan);
  const accepts =
    isThresholdPause(plan) && batch !== undefined
      ? `Accepts the ${counted(batch.failedCount, 'failure')} of ${batchName(plan.currentBatch).toLowerCase()} so far, and goes on: `
      : 'Goes on: ';
  return {
    verb: 'resume',
    label: 'Resume…',
    consequence: `${accepts}${counted(pending, 'agent')} ${pending === 1 ? 'is' : 'are'} still to be upgraded.`,
    tone: 'primary',
  };
}

function promote(plan: PlanSummary): Command {
  const next = plan.batches[plan.currentBatch + 1];
  const name = batchName(plan.currentBatch);
  const then =
    next === undefined
      ? 'the plan completes.'
      : `${batchName(next.batchIndex).toLowerCase()} begins, with ${counted(next.counts.agents, 'agent')}.`;
  return {
    verb: 'promote',
    label: 'Promote…',
    consequence: `${name} is watched no longer, and ${then}`,
    tone: 'primary',
  };
}

function cancel(plan: PlanSummary): Command {
  const said = inFlightAndLeft(plan, 'are told to stop', 'never started');
  return {
    verb: 'cancel',
    label: 'Cancel…',
    consequence: `${said} What is upgraded stays upgraded. This cannot be taken back.`,
    tone: 'danger',
  };
}

function retry({ counts }: PlanSummary): Command {
  return {
    verb: 'retry',
    label: 'Retry failed…',
    consequence: `Makes a new plan of the ${counted(counts.failed, 'agent')} that failed, and starts it.`,
    tone: 'primary',
  };
}

function rollback({ counts }: PlanSummary): Command {
  const upgraded = `${counted(counts.completed, 'upgraded agent')}${counts.failed > 0 ? ', and failed ones that reached the target,' : ''}`;
  return {
    verb: 'rollback',
    label: 'Roll back…',
    consequence: `Makes a new plan that takes the ${upgraded} back to what they ran before, last batch first, and starts it.`,
    tone: 'danger',
  };
}

const remove: Command = {
  verb: 'delete',
  label: 'Delete…',
  consequence: 'The plan and what is known of its course are removed. Its agents stay as they are.',
};

/** @returns what the plan's state allows, the likeliest first */
export function commandsOf(plan: PlanSummary): Command[] {
  const { status, counts } = plan;
  if (hasEnded(status)) {
    return [
      ...(counts.failed > 0 ? [retry(plan)] : []),
      ...(counts.completed + counts.failed > 0 ? [rollback(plan)] : []),
      remove,
    ];
  }
  const promotes = batchOf(plan)?.status === 'observing' ? [promote(plan)] : [];
  if (status === 'pending') {
    const consequence = `Starts now: ${counted(counts.pending, 'agent')} in ${counted(plan.batches.length, 'batch', 'batches')}, at most ${number(plan.concurrency)} at once.`;
    return [{ verb: 'start', label: 'Start…', consequence, tone: 'primary' }, cancel(plan)];
  }
  if (status === 'running') return [pause(plan), ...promotes, cancel(plan)];
  // It rolls back by itself: the api refuses to resume it.
  const isRollingBack = isThresholdPause(plan) && plan.onThreshold === 'rollback';
  return [...(isRollingBack ? [] : [resume(plan)]), ...promotes, cancel(plan)];
}

/**
 * Carries the command out. All but a pause hold for the plan as it was looked at: one that has moved on is refused.
 *
 * @param key of a command that makes a plan: the same for each try
 * @returns the plan to look at from here on; null: there is none any more
 */
export async function carryOut(
  plan: PlanSummary,
  verb: Verb,
  input: CommandInput,
  key: string,
): Promise<PlanSummary | null> {
  const { id } = plan;
  const asSeen = { ifMatch: plan.revision };
  switch (verb) {
    case 'start':
      return client.startPlan(id, asSeen);
    case 'pause':
      return client.pausePlan(id);
    case 'resume': {
      const { failureThreshold, concurrency, retryFailed } = input;
      return client.resumePlan(id, { failureThreshold, concurrency, retryFailed }, asSeen);
    }
    case 'promote':
      return client.promotePlan(id, { batchIndex: plan.currentBatch }, asSeen);
    case 'cancel':
      return client.cancelPlan(id, { reason: input.reason }, asSeen);
    case 'retry':
      return client.retryPlan(id, { idempotencyKey: key, minimal: true });
    case 'rollback':
      return client.rollbackPlan(id, { idempotencyKey: key, minimal: true });
    case 'delete':
      await client.deletePlan(id, asSeen);
      return null;
  }
}
