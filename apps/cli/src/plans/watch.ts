// A plan as it goes on, to its end.
import type { Command } from 'commander';
import { onApi } from '../apiCommand.js';
import type { Context } from '../context.js';
import { withExamples } from '../help.js';
import { type WatchFlags, watch, withWatchOptions } from '../watch/watch.js';
import { newestEventId } from '../watch/watchPlan.js';

export function addWatch(plans: Command, context: Context): void {
  const command = plans
    .command('watch')
    .summary('Watch a plan until it ends or pauses.')
    .description(
      'Watch a plan until it ends or pauses; the exit code says how. On a terminal its batches are drawn as bars ' +
        '(# done, x failed, > at work, . to come); elsewhere each event is a line. Ending the watching does nothing ' +
        'to the plan.',
    )
    .argument('<plan>', 'its id');
  withExamples(withWatchOptions(command), 'plans watch PLAN', 'plans watch PLAN --keep-watching --json');
  onApi<WatchFlags>(command, context, async (session, flags, planId = '') => {
    const after = await newestEventId(session.client, planId, session.call);
    await watch(session, flags, planId, after);
  });
}
