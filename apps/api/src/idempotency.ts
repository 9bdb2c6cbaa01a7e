// Making a plan once, however often the request is sent with its key.
import type { Idempotency, KeyedRequest } from '@gradus/store';
import { Problem } from './errors.js';

/** The same text for the same JSON, whatever the order of its fields. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

/**
 * @param make makes the plan of this id, or throws; its lease is until when it may do so
 * @returns the plan's id, and whether an earlier request made it
 * @throws Problem `idempotency-key-reused`, `idempotency-in-progress`, and whatever `make` throws
 */
export async function makeOnce(
  idempotency: Idempotency,
  request: KeyedRequest,
  make: (planId: string, leaseUntil: number) => Promise<void>,
): Promise<{ planId: string; isRepeat: boolean }> {
  const begun = await idempotency.begin(request);
  switch (begun.outcome) {
    case 'made':
      return { planId: begun.planId, isRepeat: true };
    case 'reused':
      throw new Problem('idempotency-key-reused', 'The key was sent before, with another body.');
    case 'in-progress':
      throw new Problem('idempotency-in-progress', 'The first request with this key is still under way.');
  }
  const { planId, leaseUntil } = begun;
  try {
    await make(planId, leaseUntil);
  } catch (error) {
    const isRefused = error instanceof Problem && error.status < 500;
    await idempotency.letGo(request, planId, isRefused ? 'refused' : 'given-back');
    throw error;
  }
  await idempotency.keep(request, planId);
  return { planId, isRepeat: false };
}
