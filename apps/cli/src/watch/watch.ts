// Watches a plan to its end, and ends the command accordingly.
import type { PlanStatus } from '@gradus/domain';
import type { Command } from 'commander';
import type { Session } from '../context.js';
import type { Ending } from '../exitCodes.js';
import { Interrupted } from '../failures.js';
import { type GiveUpFlags, giveUpAfterMs, withGiveUpOption } from '../giveUp.js';
import type { Output } from '../output.js';
import type { Show } from './show.js';
import { showAsJson } from './showAsJson.js';
import { showAsLines } from './showAsLines.js';
import { watchPlan } from './watchPlan.js';

/** Of a status in which a plan is watched no longer. */
const ENDINGS: Partial<Record<PlanStatus, Ending>> = {
  paused: 'plan-paused',
  failed: 'plan-failed',
  cancelled: 'plan-cancelled',
};

export interface WatchFlags extends GiveUpFlags {
  keepWatching?: boolean;
}

export function withWatchOptions(command: Command): Command {
  return withGiveUpOption(command.option('--keep-watching', 'stay when the plan pauses'));
}

/** @param after the id of the last event that is not to be shown */
export async function watch(
  { context, out, client, call }: Session,
  flags: WatchFlags,
  planId: string,
  after: string,
): Promise<void> {
  const show = await showOf(out);
  const { signal } = context;
  const { timeoutMs } = call;
  const { keepWatching = false } = flags;
  const watching = { signal, timeoutMs, keepWatching, giveUpAfterMs: giveUpAfterMs(flags), after };
  try {
    for await (const sight of watchPlan(client, planId, watching)) {
      show.sight(sight);
      if (sight.type === 'plan') context.ending = ENDINGS[sight.plan.status] ?? 'done';
    }
  } catch (error) {
    if (error instanceof Interrupted) out.notes(`Stopped watching; ${planId} itself is not affected.`);
    throw error;
  } finally {
    show.end();
  }
}

async function showOf(out: Output): Promise<Show> {
  if (out.isJson) return showAsJson(out);
  if (out.terminal === null) return showAsLines(out);
  // Loaded only here: drawing costs more to load than all the rest, and a shell that completes a word waits.
  const { showOnTerminal } = await import('./showOnTerminal.js');
  return showOnTerminal(out, out.terminal);
}
