// The deliberate bugs that the longer checks plant still fit the tree.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { MUTANTS as OF_CHAOS } from '../chaos/mutants.js';
import { MUTANTS as OF_MODEL } from '../model/mutants.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

test.each([...OF_MODEL, ...Object.values(OF_CHAOS)].map((bug) => [bug.name, bug] as const))(
  'where it is planted that %s, the text is there just once',
  (_, { edits }) => {
    const counts = edits.map(({ file, from }) => readFileSync(ROOT + file, 'utf8').split(from).length - 1);
    expect(counts).toEqual(edits.map(() => 1));
  },
);
