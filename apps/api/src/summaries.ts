// Summaries as they are answered: made once for each state of a plan, however many ask for it.
import type { PlanSummary } from '@gradus/domain';
import type { Store } from '@gradus/store';
import type { TypedResponse } from 'hono';
import { LRUCache } from 'lru-cache';
import { taggedWith } from './entityTag.js';
import { inOrder } from './planFields.js';

/** Of all of them together; one of a hundred batches has some 30 kB. */
const KEPT_BYTES = 8 * 1024 * 1024;
/** Nobody asks for it again who did not just now. */
const KEPT_MS = 1_000;

interface Shown {
  etag: string;
  /** Its JSON. */
  body: Uint8Array<ArrayBuffer>;
}

/** @returns reads what is answered of a plan that has this tag, or a newer one; null where it is gone */
export function keepSummaries({ plans }: Store): (planId: string, etag: string) => Promise<Shown | null> {
  const kept = new LRUCache<string, Shown, string>({
    maxSize: KEPT_BYTES,
    sizeCalculation: ({ body }) => body.length,
    ttl: KEPT_MS,
    // What is pushed out while it is made is answered all the same.
    ignoreFetchAbort: true,
    // Of those who ask for it at the same moment, the first one has it made.
    fetchMethod: async (_, __, { context: planId }) => {
      const read = await plans.readSummary(planId);
      if (read === null) return undefined;
      return { etag: read.etag, body: new TextEncoder().encode(JSON.stringify(inOrder(read.plan))) };
    },
  });
  return async (planId, etag) => {
    const key = `${planId} ${etag}`;
    const shown = await kept.fetch(key, { context: planId });
    // A Redis that is set back is at the older tag again: what came after it is not to be shown then.
    if (shown?.etag !== etag) kept.delete(key);
    return shown ?? null;
  };
}

/** The body is the summary's JSON, which the type of a response cannot see. */
export function answerSummary({ etag, body }: Shown): Response & TypedResponse<PlanSummary, 200, 'json'> {
  const headers = { 'Content-Type': 'application/json', ...taggedWith(etag) };
  return new Response(body, { headers }) as Response & TypedResponse<PlanSummary, 200, 'json'>;
}
