// Feedback, whatever is in it: it is read, at once, and never as a success that it is not.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cancelOutcomeOf, outcomeOf, readFeedback } from '../../apps/api/src/ddi/feedback.js';

const executions = [
  'closed',
  'proceeding',
  'canceled',
  'scheduled',
  'rejected',
  'resumed',
  'download',
  'downloaded',
];
const words = fc.constantFrom(...executions, 'success', 'failure', 'none', 'other');
const whole = fc.record({
  execution: words,
  finished: words,
  details: fc.array(fc.string(), { maxLength: 3 }),
});

const textOf = ({
  execution,
  finished,
  details,
}: {
  execution: string;
  finished: string;
  details: string[];
}) => JSON.stringify({ id: 8, more: [1], status: { execution, result: { finished }, details } });

it('that is whole comes to what its two words say, and to nothing else', () => {
  fc.assert(
    fc.property(whole, (said) => {
      const isClosed = said.execution === 'closed';
      const expected =
        said.execution === 'rejected'
          ? 'warning'
          : isClosed && said.finished === 'failure'
            ? 'failed'
            : isClosed && ['success', 'none'].includes(said.finished)
              ? 'completed'
              : 'running';
      expect(outcomeOf(readFeedback(textOf(said)))).toBe(expected);
    }),
  );
});

it('that is broken anywhere is no success, and a failure where it still says so', () => {
  fc.assert(
    fc.property(whole, fc.nat(), fc.string(), (said, at, between) => {
      const text = textOf(said);
      const place = at % text.length;
      const broken = `${text.slice(0, place)}"${between}\n${text.slice(place + 1)}`;
      fc.pre(!isJson(broken));
      const feedback = readFeedback(broken);
      expect(outcomeOf(feedback)).not.toBe('completed');
      expect(cancelOutcomeOf(feedback)).not.toBe('cancelled');
      if (feedback.finished === 'failure' && feedback.execution !== 'rejected') {
        expect(outcomeOf(feedback)).toBe('failed');
      }
    }),
  );
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text.replaceAll('\n', ' '));
    return true;
  } catch {
    return false;
  }
}

it.each([
  ['spaces', ' '.repeat(256_000)],
  ['brackets', ']'.repeat(256_000)],
  ['lists in lists', '['.repeat(256_000)],
  ['keys without values', '"details": ['.repeat(20_000)],
])('that is long and made of %s takes no time', (_, filling) => {
  const began = performance.now();
  const read = readFeedback(
    `{"status":{"execution":"closed","result":{"finished":"failure"},"details":[${filling}x`,
  );
  expect(performance.now() - began).toBeLessThan(500);
  expect(outcomeOf(read)).toBe('failed');
  expect(read.details.length).toBeLessThanOrEqual(1_000);
});
