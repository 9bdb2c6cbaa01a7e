// The colours of the states of agents, in the order in which a bar shows them.
import type { AgentCounts, AgentState } from '@gradus/domain';

/** What is done first, what is still to come last. */
export const SHADES = [
  'completed',
  'skipped',
  'failed',
  'running',
  'cancelled',
  'pending',
] as const satisfies readonly AgentState[];

/** What a legend calls them. */
export const SHADE_NAMES: Record<AgentState, string> = {
  completed: 'completed',
  skipped: 'on the target already',
  failed: 'failed',
  running: 'in flight',
  cancelled: 'cancelled',
  pending: 'not started',
};

/** A failure among very many stays to be seen. */
const LEAST_PERCENT = 1.5;

/** @returns a `background` that is as long in each colour as there are agents in that state */
export function shadesOf(counts: AgentCounts): string {
  if (counts.agents === 0) return 'var(--pending)';
  const parts = SHADES.map((shade) => ({ shade, share: (counts[shade] / counts.agents) * 100 })).filter(
    ({ share }) => share > 0,
  );
  const widened = parts.map(({ shade, share }) => ({ shade, share: Math.max(share, LEAST_PERCENT) }));
  const sum = widened.reduce((total, { share }) => total + share, 0);
  let at = 0;
  const stops = widened.map(({ shade, share }) => {
    const from = at;
    at += (share / sum) * 100;
    return `var(--${shade}) ${from.toFixed(2)}% ${at.toFixed(2)}%`;
  });
  return `linear-gradient(to right, ${stops.join(', ')})`;
}
