// What happened to the plan: its decisions in words, and what its agents do right now.
import type { PlanEvent } from '@gradus/domain';
import { useState } from 'preact/hooks';
import { agentPath } from '../router.js';
import { Instant } from '../ui/instant.js';
import { eventText } from '../words/eventText.js';
import { number } from '../words/numbers.js';

const SHOWN = 100;

function Line({ event }: { event: PlanEvent }) {
  const { text, tone } = eventText(event);
  const { at, agentId, detail } = event;
  return (
    <li class={`is-${tone}`}>
      <Instant at={at} />
      <span>
        {agentId === null ? (
          text
        ) : (
          <>
            <a href={agentPath(agentId)} class="mono">
              {agentId}
            </a>
            {text.slice(agentId.length)}
          </>
        )}
        {detail !== null && <span class="faint">: {detail}</span>}
      </span>
    </li>
  );
}

export function EventLog({
  decisions,
  feed,
}: {
  decisions: readonly PlanEvent[];
  feed: readonly PlanEvent[];
}) {
  const [shown, setShown] = useState<'decisions' | 'agents'>('decisions');
  const lines = shown === 'decisions' ? decisions.slice(-SHOWN).reverse() : feed;
  const left = shown === 'decisions' ? decisions.length - lines.length : 0;
  return (
    <section class="card" aria-labelledby="log-title">
      <header>
        <h2 id="log-title">What happened</h2>
        <fieldset class="tabs">
          <legend class="hidden">Which events</legend>
          {(['decisions', 'agents'] as const).map((kind) => (
            <label key={kind}>
              <input type="radio" name="events" checked={kind === shown} onChange={() => setShown(kind)} />
              <span>{kind === 'decisions' ? 'Decisions' : 'Agents, live'}</span>
            </label>
          ))}
        </fieldset>
      </header>
      {lines.length === 0 ? (
        <p class="faint">{shown === 'decisions' ? 'Nothing yet.' : 'No agent has done anything yet.'}</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be scrolled by the keyboard too.
        <ol class="log" tabIndex={0} aria-labelledby="log-title">
          {lines.map((event) => (
            <Line key={event.id} event={event} />
          ))}
        </ol>
      )}
      {left > 0 && <p class="faint">{number(left)} older ones are in the API.</p>}
    </section>
  );
}
