// webhooks/announce-events: what a plan that was then deleted had left untold.
import { announceEventsJob } from '@gradus/queues';
import type { Deps } from '../deps.js';
import { processor } from '../processor.js';
import { enqueueDeliveries } from '../webhooks/announce.js';

export function announceEvents(deps: Deps) {
  return processor(announceEventsJob, deps, async ({ events }) => {
    await enqueueDeliveries(deps, events);
    return null;
  });
}
