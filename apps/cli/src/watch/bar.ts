// A bar of a batch: how many of its agents are done, failed, at work and still to come.
import type { AgentCounts } from '@gradus/domain';
import type { Style } from '../output.js';

/** @returns `width` characters between brackets; it is full of `#` only once every agent is done */
export function bar(counts: AgentCounts, width: number, style: Style): string {
  const share = (agents: number) => (agents / Math.max(1, counts.agents)) * width;
  // What needs a look is seen however few they are.
  const atLeastOne = (agents: number) => (agents === 0 ? 0 : Math.max(1, Math.floor(share(agents))));
  const failed = atLeastOne(counts.failed);
  const running = Math.min(atLeastOne(counts.running), width - failed);
  const done = Math.min(Math.floor(share(counts.completed + counts.skipped)), width - failed - running);
  const rest = width - done - failed - running;
  return [
    '[',
    style('good', '#'.repeat(done)),
    style('bad', 'x'.repeat(failed)),
    style('busy', '>'.repeat(running)),
    style('faint', '.'.repeat(rest)),
    ']',
  ].join('');
}
