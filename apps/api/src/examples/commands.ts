// Examples of what commands on plans take, and of what they answer.
import type { PlanSummary } from '@gradus/domain';
import type { Examples } from '../schemas/content.js';
import { EXAMPLE_SUMMARY, STARTED_SUMMARY } from './plans.js';

/** @returns the answer of a command that leaves the plan so */
function answer(summary: string, changed: Partial<PlanSummary>): Examples<PlanSummary> {
  return { summary: { summary, value: { ...EXAMPLE_SUMMARY, ...changed } } };
}

const GOES_ON = {
  status: 'running',
  pausedAt: null,
  pauseReason: null,
  waitingFor: null,
} as const;

export const PAUSE_ANSWERS = answer('Paused, by whom the events say', {
  pauseReason: 'Seen on the dashboard',
});

export const START_ANSWERS = answer('Started', STARTED_SUMMARY);

export const NOTHING = { nothing: { summary: 'Nothing to say', value: {} } };

export const RESUMES = {
  accept: { summary: 'The failures so far are accepted', value: {} },
  retry: { summary: 'The failed agents of this batch are tried again', value: { retryFailed: true } },
  change: {
    summary: 'More may fail from here on, and fewer agents are upgraded at once',
    value: { failureThreshold: 0.5, concurrency: 2 },
  },
};

export const RESUME_ANSWERS = answer('Resumed, one failure forgiven', {
  ...GOES_ON,
  batches: EXAMPLE_SUMMARY.batches.map((batch) => ({ ...batch, forgiven: 1 })),
  revision: 5,
});

export const PROMOTES = {
  named: { summary: 'This batch, and no later one', value: { batchIndex: 0 } },
  current: { summary: 'Whichever batch is current', value: {} },
};

export const PROMOTE_ANSWERS = answer('The window and the gate are over', {
  ...GOES_ON,
  batches: EXAMPLE_SUMMARY.batches.map((batch) => ({
    ...batch,
    status: 'observing',
    observingUntil: '2026-01-15T08:40:00.000Z',
  })),
  revision: 6,
});

export const REASONS = { reason: { summary: 'Why', value: { reason: 'Seen on the dashboard' } } };

export const CANCEL_ANSWERS = answer('Cancelled; what had ended stays so', {
  ...GOES_ON,
  status: 'cancelled',
  batches: EXAMPLE_SUMMARY.batches.map((batch) => ({
    ...batch,
    status: 'cancelled',
    completedAt: '2026-01-15T09:00:00.000Z',
  })),
  completedAt: '2026-01-15T09:00:00.000Z',
  revision: 5,
});

export const PLAN_COUNTS = { count: { summary: 'Three of them', value: { plans: 3 } } };
