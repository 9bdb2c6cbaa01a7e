// Handing a plan's events over to be told: level, not edge. The plan keeps up to where that was done, so that a worker
// that dies in between leaves nothing untold.
import type { KeptEvent } from '@gradus/domain';
import type { Deps } from '../deps.js';

/** Enqueues a delivery of each event for each endpoint that wants to know of it. */
export async function enqueueDeliveries(
  { queues, store, webhooks }: Deps,
  events: readonly KeptEvent[],
): Promise<void> {
  const announcedAt = store.now();
  const deliveries = events.flatMap((event) =>
    webhooks.endpoints
      .filter(({ types }) => types === undefined || types.includes(event.type))
      .map(({ name }) => ({ endpoint: name, event, announcedAt })),
  );
  if (deliveries.length > 0) await queues.deliverWebhooks(deliveries, webhooks);
}

/** Hands over all that a plan has left untold. Done twice, the second time finds the deliveries there. */
export async function announceEvents(deps: Deps, planId: string): Promise<void> {
  const { steps } = deps.store;
  for (;;) {
    const found = await steps.unannounced(planId);
    if (found === null) return;
    await enqueueDeliveries(deps, found.events);
    await steps.noteAnnounced(planId, found.upTo);
    if (found.isAll) return;
  }
}
