// Random worlds, plans and actions, small ones.
import fc from 'fast-check';
import { type Facts, FROM, TARGET } from './facts.js';
import type { AgentSpec } from './reference.js';
import { TICK_MS } from './referencePlan.js';
import type { PlanSpec } from './referenceState.js';
import type { Fate } from './world.js';

export const LCAS = 2;
const AGENTS_AT_MOST = 12;
const MINUTE_MS = 60_000;

const facts = (runtimeStatus: string, on: typeof FROM): Facts => ({ runtimeStatus, ...on });

/** The first of the choices is what shrinking tries, and the one that is drawn most. */
function mostly<Choice>(usual: Choice, ...others: Choice[]): fc.Arbitrary<Choice> {
  return fc.oneof(
    { weight: 3 * others.length, arbitrary: fc.constant(usual) },
    ...others.map((other) => ({ weight: 1, arbitrary: fc.constant(other) })),
  );
}

const instance = mostly(
  facts('running', FROM),
  facts('running', FROM),
  facts('running', TARGET),
  facts('stopped', FROM),
);

const agent: fc.Arbitrary<AgentSpec> = fc.record({
  lca: fc.nat({ max: LCAS - 1 }),
  instances: fc.oneof(
    { weight: 3, arbitrary: fc.array(instance, { minLength: 1, maxLength: 1 }) },
    { weight: 1, arbitrary: fc.array(instance, { minLength: 2, maxLength: 2 }) },
  ),
});

export const inventories = fc.array(agent, { minLength: 1, maxLength: AGENTS_AT_MOST, size: 'max' });

/** Of agents that may not be there: they are taken modulo the inventory's size, each once. */
export const planSpecs: fc.Arbitrary<PlanSpec> = fc.record({
  agents: fc.uniqueArray(fc.nat({ max: AGENTS_AT_MOST - 1 }), {
    minLength: 1,
    maxLength: AGENTS_AT_MOST,
    size: 'max',
  }),
  batchSizes: fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 4 }),
  thresholdPercent: fc.constantFrom(0, 10, 20, 34, 50, 100),
  concurrency: fc.integer({ min: 1, max: 4 }),
  observeMs: fc.constantFrom(0, MINUTE_MS),
  gate: mostly('auto' as const, 'manual' as const),
  maxAttempts: fc.integer({ min: 1, max: 3 }),
  taskTimeoutMs: fc.constantFrom(MINUTE_MS, 2 * TICK_MS),
  autoStart: mostly(true, false),
  startAfterMs: mostly<number | null>(null, MINUTE_MS),
});

export const fates: fc.Arbitrary<Fate> = fc.record({
  seed: fc.oneof(fc.constant(0), fc.nat()),
  chaos: mostly('none' as const, 'twice' as const, 'dying' as const, 'losing' as const, 'together' as const),
});

/** What an LCA says of one instance and its task. */
export const BEHAVIOURS = {
  'completed on the target': { status: 'completed', facts: facts('running', TARGET) },
  failed: { status: 'failed' },
  running: { status: 'running' },
  completed: { status: 'completed' },
  'on the target': { facts: facts('running', TARGET) },
  'completed on the old version': { status: 'completed', facts: facts('running', FROM) },
  'completed, crashed': { status: 'completed', facts: facts('crashed', TARGET) },
  'completed on the target, no status': { status: 'completed', facts: TARGET },
  cancelled: { status: 'cancelled' },
  crashed: { facts: { runtimeStatus: 'crashed' } },
  alive: { facts: { runtimeStatus: 'running' } },
  'on the old version': { facts: facts('running', FROM) },
  'on another release': { facts: facts('running', { ...TARGET, actualRelease: '222' }) },
  'on another version': { facts: facts('running', { actualVersion: '0.9', actualRelease: '9' }) },
  'on the target version': { facts: { actualVersion: TARGET.actualVersion } },
  nothing: {},
} as const satisfies Record<
  string,
  { status?: 'running' | 'completed' | 'failed' | 'cancelled'; facts?: Partial<Facts> }
>;

export type Behaviour = keyof typeof BEHAVIOURS;

const behaviour: fc.Arbitrary<Behaviour> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Behaviour>('completed on the target') },
  { weight: 2, arbitrary: fc.constant<Behaviour>('failed') },
  { weight: 5, arbitrary: fc.constantFrom(...(Object.keys(BEHAVIOURS) as Behaviour[])) },
);

/** One agent's part of a check-in. */
export interface Saying {
  among: 'open' | 'completed' | 'any';
  /** Which of those, modulo their number. */
  pick: number;
  /** Of its first and, where it has one, its second instance. */
  behaviours: [Behaviour, Behaviour];
  attempt: 'latest' | 'earlier';
  byName: boolean;
}

export const sayings: fc.Arbitrary<Saying> = fc.record({
  among: mostly<Saying['among']>('open', 'completed', 'any'),
  pick: fc.nat({ max: AGENTS_AT_MOST - 1 }),
  behaviours: fc.oneof(
    behaviour.map((both): Saying['behaviours'] => [both, both]),
    fc.tuple(behaviour, behaviour),
  ),
  attempt: mostly<Saying['attempt']>('latest', 'earlier'),
  byName: fc.boolean(),
});
