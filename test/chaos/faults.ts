// The faults of a run and when they come: drawn from its seed alone, so that a run can be repeated.
import type { Choices } from '../model/random.js';

export const FAULT_KINDS = [
  'kill-worker',
  'kill-api',
  'freeze-worker',
  'freeze-api',
  'kill-redis',
  'power-cut',
  'kill-clients',
  'cut-network',
  'delay-network',
  'truncate-network',
  'wipe-queues',
  'shift-clock',
  'disorder-reports',
  'crash-lca',
] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];

export interface Fault {
  kind: FaultKind;
  /** Milliseconds from the first plan's making. */
  atMs: number;
  /** Until the process, the network or the LCA is whole again; what is lost by a power cut. */
  forMs: number;
  /** Which process or LCA, modulo how many there are. */
  target: number;
  /** By how much a shifted clock is off, by how much the network is slower. */
  byMs: number;
}

/** Each kind comes once where all are drawn from, and so often where they are few. */
const FAULTS_AT_MOST = FAULT_KINDS.length;
const OF_A_KIND_AT_MOST = 6;
const FIRST_AT_MS = 1_500;
const LAST_AT_MS = 12_000;

/** From, and to below; a frozen process outlives its jobs' locks of 10 s. */
const LASTING: Record<FaultKind, readonly [number, number]> = {
  'kill-worker': [0, 2_000],
  'kill-api': [0, 2_000],
  'freeze-worker': [11_000, 14_000],
  'freeze-api': [4_000, 9_000],
  'kill-redis': [0, 2_500],
  'power-cut': [200, 1_000],
  'kill-clients': [0, 1],
  'cut-network': [0, 1_500],
  'delay-network': [1_000, 4_000],
  'truncate-network': [0, 1],
  'wipe-queues': [0, 1],
  'shift-clock': [0, 1_000],
  'disorder-reports': [3_000, 6_000],
  'crash-lca': [300, 4_000],
};
const SLOWER_MS: readonly [number, number] = [50, 1_500];
const SHIFTED_MS: readonly [number, number] = [-60_000, 60_000];

function between(choices: Choices, [from, to]: readonly [number, number]): number {
  return from + choices.below(to - from);
}

/**
 * @param kinds to draw from; none comes twice before each has come once
 * @returns the run's faults, first one first
 */
export function drawFaults(choices: Choices, kinds: readonly FaultKind[]): Fault[] {
  let deck: FaultKind[] = [];
  const count = Math.min(FAULTS_AT_MOST, OF_A_KIND_AT_MOST * kinds.length);
  const faults = Array.from({ length: count }, (): Fault => {
    if (deck.length === 0) deck = [...kinds];
    const [kind = 'kill-worker'] = deck.splice(choices.below(deck.length), 1);
    return {
      kind,
      atMs: between(choices, [FIRST_AT_MS, LAST_AT_MS]),
      forMs: between(choices, LASTING[kind]),
      target: choices.below(1_000),
      byMs: between(choices, kind === 'shift-clock' ? SHIFTED_MS : SLOWER_MS),
    };
  });
  return faults.sort((one, other) => one.atMs - other.atMs);
}
