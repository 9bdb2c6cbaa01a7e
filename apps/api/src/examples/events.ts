// Examples of a plan's events.
import type { PlanEvent } from '@gradus/domain';
import { EXAMPLE_PLAN_ID, EXAMPLE_SUMMARY } from './plans.js';

const STARTED: PlanEvent = {
  id: '2',
  at: '2026-01-15T08:00:00.090Z',
  type: 'plan.started',
  planId: EXAMPLE_PLAN_ID,
  batchIndex: null,
  agentId: null,
  lifecycleTaskUuid: null,
  actor: 'gradus',
  detail: null,
};

export const EXAMPLE_EVENTS: PlanEvent[] = [
  STARTED,
  {
    ...STARTED,
    id: '9',
    at: '2026-01-15T08:30:00.216Z',
    type: 'plan.paused',
    batchIndex: 0,
    detail: EXAMPLE_SUMMARY.pauseReason,
  },
];

/** What a client reads that follows them. */
export const EVENT_STREAM = EXAMPLE_EVENTS.map(
  (event) => `id: ${event.id}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`,
).join('');
