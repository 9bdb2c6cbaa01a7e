// ListPlanEvents: what happened to a plan, and what happens.
import { hasEnded, type PlanEvent } from '@gradus/domain';
import type { Command } from 'commander';
import { onApi } from '../apiCommand.js';
import type { Context } from '../context.js';
import { eventLine, gapText, missedBetween } from '../eventText.js';
import { wholeNumber } from '../flags.js';
import { type GiveUpFlags, giveUpAfterMs, withGiveUpOption } from '../giveUp.js';
import { withExamples } from '../help.js';

const LARGEST_PAGE = 1_000;

interface Flags extends GiveUpFlags {
  after?: number;
  follow?: boolean;
}

export function addEvents(plans: Command, context: Context): void {
  const command = plans
    .command('events')
    .description('List what happened to a plan, the oldest first.')
    .argument('<plan>', 'its id')
    .option('--after <id>', 'only what came after the event of this id', wholeNumber)
    .option('--follow', 'go on with what happens, until the plan ends');
  withExamples(withGiveUpOption(command), 'plans events PLAN', 'plans events PLAN --follow --json');
  onApi<Flags>(command, context, async ({ out, client, call }, flags, planId = '') => {
    let last = String(flags.after ?? 0);
    let isOver = false;
    const tell = (event: PlanEvent) => {
      const missed = missedBetween(last, event);
      if (missed > 0) out.notes(gapText(missed));
      last = event.id;
      isOver ||= isEnd(event);
      if (out.isJson) out.json(event);
      else out.lines(eventLine(event));
    };
    // Everything up to now; then it is known whether there is an end to wait for.
    const { status } = await client.getPlanSummary(planId, call);
    for await (const event of client.listEvents(planId, { after: last, limit: LARGEST_PAGE }, call))
      tell(event);
    if (!flags.follow || isOver || hasEnded(status)) return;
    const following = { after: last, signal: call.signal, giveUpAfterMs: giveUpAfterMs(flags) };
    for await (const event of client.followEvents(planId, following)) {
      tell(event);
      if (isOver) return;
    }
  });
}

function isEnd({ type }: PlanEvent): boolean {
  return type === 'plan.completed' || type === 'plan.failed' || type === 'plan.cancelled';
}
