// A watched plan as JSON, a line for each event and each state.

import { gapText } from '../eventText.js';
import type { Output } from '../output.js';
import type { Show } from './show.js';

export function showAsJson(out: Output): Show {
  return {
    sight(sight) {
      switch (sight.type) {
        case 'plan':
        case 'event':
          return out.json(sight);
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
