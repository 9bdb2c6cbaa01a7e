// How many chaos runs there are, from which seed, and with which faults: by the environment, which
// scripts/chaos.mjs sets.
import { FAULT_KINDS, type FaultKind } from './faults.js';

/** What guards a merge sees the same schedules each time: one with each appendfsync. */
const NPM_TEST_RUNS = 2;
const NPM_TEST_SEED = 10;
const SEEDS = 1_000_000_000;
export const NO_FAULTS = 'none';

const given = (name: string) => process.env[name] || undefined;

function kindsOf(text: string | undefined): readonly FaultKind[] {
  if (text === NO_FAULTS) return [];
  const wanted = text?.split(',');
  const kinds = FAULT_KINDS.filter((kind) => wanted === undefined || wanted.includes(kind));
  const unknown = wanted?.filter((name) => !kinds.some((kind) => kind === name)) ?? [];
  if (unknown.length > 0) {
    throw new RangeError(`no such fault: ${unknown.join(', ')}; there are ${FAULT_KINDS.join(', ')}`);
  }
  return kinds;
}

function appendfsyncOf(text: string | undefined): 'always' | 'everysec' | undefined {
  if (text === undefined || text === 'always' || text === 'everysec') return text;
  throw new RangeError(`no such appendfsync: ${text}; there are always, everysec`);
}

const isLong = given('GRADUS_CHAOS') === '1';

export const chaos = {
  /** More than what `npm test` looks at. */
  isLong,
  runs: Number(given('GRADUS_CHAOS_RUNS') ?? (isLong ? 1 : NPM_TEST_RUNS)),
  /** Of the first run; each further one has the next. */
  seed: Number(
    given('GRADUS_CHAOS_SEED') ?? (isLong ? Math.floor(Math.random() * SEEDS) + 1 : NPM_TEST_SEED),
  ),
  kinds: kindsOf(given('GRADUS_CHAOS_FAULTS')),
  /** Instead of the one that is drawn. */
  appendfsync: appendfsyncOf(given('GRADUS_CHAOS_APPENDFSYNC')),
  /** Whether a deliberate bug for each kind of fault is looked for instead. */
  mutants: given('GRADUS_CHAOS_MUTANTS') === '1',
  /** Within which every plan of a run has to end. Most take half a minute. */
  endsWithinMs: Number(given('GRADUS_CHAOS_ENDS_WITHIN_MS') ?? 180_000),
  /** Where what came of it is written. */
  reportFile: given('GRADUS_CHAOS_REPORT'),
};
