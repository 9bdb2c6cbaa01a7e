// How a watched plan is shown.
import type { Sight } from './watchPlan.js';

export interface Show {
  sight(sight: Sight): void;
  /** Nothing more comes: the terminal is left as a shell wants it. */
  end(): void;
}
