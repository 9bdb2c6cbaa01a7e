// A watched plan line by line, where there is no terminal to draw on.
import type { PlanSummary } from '@gradus/domain';
import { eventLine, gapText } from '../eventText.js';
import type { Output } from '../output.js';
import { failuresText, stateText } from '../planText.js';
import type { Show } from './show.js';

/** An event each, and where the plan stands whenever that is another than before. */
export function showAsLines(out: Output): Show {
  let last = '';

  function tellState(plan: PlanSummary): void {
    const batch = plan.batches[plan.currentBatch];
    const failures = batch === undefined ? '' : `; batch ${plan.currentBatch}: ${failuresText(batch)}`;
    // Not with each agent that is done, nor each instant that moves: the events tell of those.
    const state = JSON.stringify([plan.status, plan.pauseReason, plan.waitingFor?.reason, failures]);
    if (state === last) return;
    last = state;
    out.lines(`${plan.id}  ${stateText(plan)}${failures}`);
  }

  return {
    sight(sight) {
      switch (sight.type) {
        case 'plan':
          return tellState(sight.plan);
        case 'event':
          return out.lines(eventLine(sight.event));
        case 'gap':
          return out.notes(gapText(sight.events));
        case 'lost':
          return out.notes(`The api does not answer; trying again: ${sight.error.message}`);
        case 'found':
          return out.notes('The api answers again.');
      }
    },
    end: () => undefined,
  };
}
