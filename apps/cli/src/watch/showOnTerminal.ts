// A watched plan as one picture, drawn over itself.
import type { PlanEvent } from '@gradus/domain';
import { createLogUpdate } from 'log-update';
import type { Output, Stream } from '../output.js';
import { frame, type View } from './frame.js';
import type { Show } from './show.js';

const NEWS = 3;
/** Told by the bars already. */
const NO_NEWS: ReadonlySet<PlanEvent['type']> = new Set([
  'task.dispatched',
  'task.running',
  'task.completed',
]);

export function showOnTerminal(out: Output, terminal: Stream & NodeJS.WritableStream): Show {
  const update = createLogUpdate(terminal);
  let view: Pick<View, 'news' | 'trouble'> & { plan: View['plan'] | null } = {
    plan: null,
    news: [],
    trouble: null,
  };

  function draw(): void {
    const { plan } = view;
    if (plan === null) return;
    // A terminal that does not know its size says 0.
    const screen = { columns: terminal.columns || 80, rows: terminal.rows || 24 };
    update(out.harmless(frame({ ...view, plan }, screen, out.style)).join('\n'));
  }

  return {
    sight(sight) {
      switch (sight.type) {
        case 'plan':
          view = { ...view, plan: sight.plan };
          return draw();
        case 'event':
          if (!NO_NEWS.has(sight.event.type))
            view = { ...view, news: [...view.news, sight.event].slice(-NEWS) };
          return;
        case 'gap':
          return;
        case 'lost':
          view = { ...view, trouble: `The api does not answer; trying again: ${sight.error.message}` };
          return draw();
        case 'found':
          view = { ...view, trouble: null };
          return draw();
      }
    },
    end: () => update.done(),
  };
}
