// How all plans stand: counted by whoever looks at each of them anyway, kept in one key for all who want to know.
import type { PlanStatus } from '@gradus/domain';
import type { Active, Overview, PauseKind, PlansOverview } from './port.js';
import { unlessAway } from './storeFaults.js';
import type { StoreParts } from './storeParts.js';

/** A newer version may have other statuses: a plan that is in one of these is not counted. */
const COUNTED_AS: Partial<Record<string, keyof PlansOverview['plans']>> = {
  pending: 'pending',
  running: 'running',
  paused: 'paused',
  completed: 'ended',
  failed: 'ended',
  cancelled: 'ended',
} satisfies Record<PlanStatus, keyof PlansOverview['plans']>;

/** @param retired how many plans there are beside the active ones; all of them have ended */
function overviewOf({ known, newer }: Active, retired: number, now: number): PlansOverview {
  const plans = { pending: 0, running: 0, paused: 0, ended: retired };
  const paused: Record<PauseKind, number> = { operator: 0, stop: 0, threshold: 0, rollback: 0 };
  let longestSilenceMs = 0;
  for (const { status } of [...known, ...newer]) {
    const counted = COUNTED_AS[status];
    if (counted !== undefined) plans[counted] += 1;
  }
  for (const { pausedBy, silentSince } of known) {
    if (pausedBy !== null) paused[pausedBy] += 1;
    if (silentSince !== null) longestSilenceMs = Math.max(longestSilenceMs, now - silentSince);
  }
  return { plans, paused, longestSilenceMs, takenAt: now };
}

export function createOverview({ connection, keys }: StoreParts): Overview {
  return {
    keep: async (active, now) => {
      const retired = await unlessAway(connection.zcard(keys.endedPlans));
      const overview = overviewOf(active, retired, now);
      await unlessAway(connection.set(keys.overview, JSON.stringify(overview)));
    },
    read: async () => {
      const text = await unlessAway(connection.get(keys.overview));
      return text === null ? null : (JSON.parse(text) as PlansOverview);
    },
  };
}
