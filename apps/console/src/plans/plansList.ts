// The plans of the list, kept up to date while it is looked at.
import type { PlanSummary } from '@gradus/domain';
import { batch, computed, signal } from '@preact/signals';
import { client } from '../api.js';
import { poll } from '../poll.js';
import { take } from '../take.js';
import { isLive } from '../words/statusText.js';

const POLL_MS = 2_000;
const PAGE = 50;
/** What lives on below the newest ones is asked for by its status, which takes looking at every plan. */
const LIVE_POLL_MS = 30_000;
const LIVE_STATUSES = ['paused', 'running', 'pending'] as const;
const LIVE_AT_MOST = 100;

/** @returns the plans once each, newest first */
function merge(...lists: readonly (readonly PlanSummary[])[]): PlanSummary[] {
  const byId = new Map(lists.flat().map((plan) => [plan.id, plan]));
  return [...byId.values()].sort((a, b) => b.createdAt.localeCompare(a.createdAt));
}

export function watchPlans() {
  const newest = signal<PlanSummary[] | null>(null);
  const olderLive = signal<PlanSummary[]>([]);
  const hasMore = signal(false);
  const fault = signal<unknown>(null);
  let wanted = PAGE;

  const main = poll(async (abort) => {
    try {
      const page = await take(
        client.listPlans({ limit: Math.min(wanted + 1, 1_000) }, { signal: abort }),
        wanted,
      );
      batch(() => {
        newest.value = page.items;
        hasMore.value = page.hasMore;
        fault.value = null;
      });
    } catch (error) {
      if (!abort.aborted) fault.value = error;
    }
  }, POLL_MS);

  const beside = poll(async (abort) => {
    try {
      const lists = await Promise.all(
        LIVE_STATUSES.map((status) =>
          take(client.listPlans({ status, limit: LIVE_AT_MOST }, { signal: abort }), LIVE_AT_MOST),
        ),
      );
      olderLive.value = lists.flatMap(({ items }) => items);
    } catch {
      // The list itself says what is wrong.
    }
  }, LIVE_POLL_MS);

  return {
    /** null: none are known yet. */
    plans: computed(() => {
      if (newest.value === null) return null;
      const oldest = newest.value.at(-1)?.createdAt ?? '';
      const older = hasMore.value
        ? olderLive.value.filter((plan) => plan.createdAt < oldest && isLive(plan))
        : [];
      return merge(older, newest.value);
    }),
    hasMore,
    fault,
    showMore: () => {
      wanted += 2 * PAGE;
      main.poke();
    },
    refresh: () => {
      main.poke();
      beside.poke();
    },
    stop: () => {
      main.stop();
      beside.stop();
    },
  };
}
