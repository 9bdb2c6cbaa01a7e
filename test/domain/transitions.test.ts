// The table of states.
import { IGNORED, IllegalTransition, TRANSITIONS, transition } from '@gradus/domain';
import { describe, expect, it } from 'vitest';

const machines = Object.entries(TRANSITIONS);

describe.each(machines)('the table of a %s', (machine, rows) => {
  it('says of no pair two things', () => {
    const pairs = rows.map(([from, event]) => `${from} ${event}`);
    expect(new Set(pairs).size).toBe(pairs.length);
  });

  it('is what transition follows', () => {
    for (const [from, event, to] of rows) {
      expect(transition(machine as 'plan', from as 'running', event as 'pause')).toBe(
        to === IGNORED ? from : to,
      );
    }
  });

  it('never leads out of a state by an ignored event', () => {
    for (const [from, , to] of rows) expect(to).not.toBe(from);
  });
});

describe('an ended plan', () => {
  it.each(['completed', 'failed', 'cancelled'] as const)('that is %s is left by no event', (state) => {
    for (const event of ['start', 'pause', 'trip', 'resume', 'complete', 'fail', 'cancel'] as const) {
      const after = (() => {
        try {
          return transition('plan', state, event);
        } catch (error) {
          expect(error).toBeInstanceOf(IllegalTransition);
          return state;
        }
      })();
      expect(after).toBe(state);
    }
  });
});
