// What all operations that make a plan have in common: making it once, the refusals, and the answer.
import { randomUUID } from 'node:crypto';
import type { CreatePlanResult } from '@gradus/store';
import type { Context } from 'hono';
import { tryEnqueue } from './enqueue.js';
import { taggedWith } from './entityTag.js';
import type { ApiDeps, ApiEnv } from './env.js';
import { Problem } from './errors.js';
import { makeOnce } from './idempotency.js';
import { inOrder } from './planFields.js';
import { noSuchPlan } from './planId.js';
import { streamPlan } from './planStream.js';
import { prefersMinimal } from './prefer.js';

/** The header by which an answer says that it is the summary because that was preferred. */
export const MINIMAL = { 'Preference-Applied': 'return=minimal' };

/** @returns why the plan was not made */
export function planRefused(result: Exclude<CreatePlanResult, { outcome: 'created' }>): Problem {
  switch (result.outcome) {
    case 'unknown-agents': {
      const { agentIds, agentCount } = result;
      const detail = `${agentCount} of the agents are not in the inventory.`;
      return new Problem('unknown-agents', detail, { agentIds, agentCount });
    }
    case 'version-mismatch': {
      const { agents, agentCount } = result;
      const detail = `${agentCount} of the agents run neither fromVersion nor the target.`;
      return new Problem('version-mismatch', detail, { agents, agentCount });
    }
    case 'agents-busy': {
      const { conflicts, conflictCount } = result;
      const detail = `${conflictCount} of the agents are in a plan that has not ended.`;
      return new Problem('agents-busy', detail, { conflicts, conflictCount });
    }
    case 'unknown-release': {
      const { releases, releaseCount } = result;
      const detail = `${releaseCount} of the targets are no release that is there.`;
      return new Problem('unknown-release', detail, { releases, releaseCount });
    }
  }
}

interface NewPlanRequest {
  headers: { 'idempotency-key'?: string | undefined; prefer?: string | undefined };
  /** As the scope of a key names it. */
  route: string;
  /** What is asked for, the same text for the same. */
  body: () => Promise<string>;
  /** Throws a Problem where the plan is not to be. `leaseUntil`: until when it may be made, where that is fixed. */
  make: (planId: string, leaseUntil?: number) => Promise<void>;
  /** When the plan starts, null where it waits for StartGraduatedPlan. */
  start: { startAt: number | null } | null;
}

/** Makes the plan, or finds the one that the request's key has made; has it started; answers it. */
export async function answerNewPlan(
  c: Context<ApiEnv>,
  { store, queues, logger }: ApiDeps,
  { headers, route, body, make, start }: NewPlanRequest,
) {
  const key = headers['idempotency-key'];
  let planId = `plan-${randomUUID()}`;
  let isRepeat = false;
  if (key === undefined) await make(planId);
  else {
    const request = { subject: c.get('caller').subject, route, key, body: await body() };
    ({ planId, isRepeat } = await makeOnce(store.idempotency, request, make));
  }
  c.get('about').planId = planId;
  if (start !== null && !isRepeat) {
    const delayMs = (start.startAt ?? 0) - store.now();
    await tryEnqueue(logger, planId, () => queues.startPlan(planId, delayMs));
  }
  if (prefersMinimal(headers.prefer)) {
    const read = await store.plans.readSummary(planId);
    if (read === null) throw noSuchPlan(planId);
    return c.json(inOrder(read.plan), 200, { ...MINIMAL, ...taggedWith(read.etag) });
  }
  const opened = await store.plans.open(planId);
  if (opened === null) throw noSuchPlan(planId);
  return streamPlan(store, opened, logger, { requestId: c.get('requestId') });
}
