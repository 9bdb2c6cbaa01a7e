// Requests with an idempotency key: a record, written before anything else, fixes the id of the plan that the key
// makes. A making that broke off leaves a record whose lease runs out.
import { createHash } from 'node:crypto';
import { holdingStatus } from './claims.js';
import { LEASE_MS } from './createPlan.js';
import { persist } from './persist.js';
import type { Idempotency, KeyedRequest } from './port.js';
import type { StoreParts } from './storeParts.js';
import { freshPlanId } from './uuids.js';

const KEPT_MS = 86_400_000;

type BeginAnswer =
  | { outcome: 'begun' }
  | { outcome: 'reused' }
  | { outcome: 'made' | 'under-way' | 'broken-off'; planId: string; isGivenBack: boolean };

function digestOf(...parts: string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

export function createIdempotency(parts: StoreParts): Idempotency {
  const { scripts, keys, clock } = parts;
  const recordOf = ({ subject, route, key }: KeyedRequest) => [
    keys.idempotency(digestOf(subject, route, key)),
  ];

  /** @returns whether the plan came to be; null where it may be yet. What broke off for good is cleared away. */
  async function cameToBe(planId: string, isGivenBack: boolean): Promise<boolean | null> {
    // Whoever made it has said that they do so no more: its reservation need not run out first.
    if (isGivenBack) {
      await scripts.run('abandon-plan', keys.planAll(planId), { now: clock.now(), force: true });
    }
    const status = await holdingStatus(parts, planId);
    return status === 'creating' ? null : status !== null;
  }

  const end = async (request: KeyedRequest, planId: string, how: 'made' | 'refused' | 'given-back') => {
    await scripts.run('end-request', recordOf(request), { planId, how, keptMs: KEPT_MS });
  };
  const letGo: Idempotency['letGo'] = (request, planId, how) =>
    persist(() => end(request, planId, how), LEASE_MS);

  const begin: Idempotency['begin'] = async (request) => {
    const body = digestOf(request.body);
    let instead: string | undefined;
    for (;;) {
      const now = clock.now();
      const fresh = { planId: freshPlanId(), leaseUntil: now + LEASE_MS };
      const input = { now, body, ...fresh, keptMs: KEPT_MS, instead };
      const answer = await scripts
        .run<BeginAnswer>('begin-request', recordOf(request), input)
        .catch(async (error: unknown) => {
          // It may have been written all the same.
          await letGo(request, fresh.planId, 'given-back');
          throw error;
        });
      if (answer.outcome === 'begun') return { outcome: 'begun', ...fresh };
      if (answer.outcome === 'reused') return { outcome: 'reused' };
      const { planId } = answer;
      if (answer.outcome === 'made') return { outcome: 'made', planId };
      const made = await cameToBe(planId, answer.isGivenBack);
      if (made === true) {
        await end(request, planId, 'made');
        return { outcome: 'made', planId };
      }
      if (answer.outcome === 'under-way' || made === null) return { outcome: 'in-progress' };
      instead = planId;
    }
  };

  return { begin, letGo, keep: (request, planId) => end(request, planId, 'made') };
}
