// What a run upgrades: its agents, their LCAs, its plans, and what becomes of each agent's upgrade. All of it is
// drawn from the seed.
import { allowedFailures } from '@gradus/domain';
import type { Choices } from '../model/random.js';

/**
 * `regress`: completes, and crashes a moment later. `false-success`: says completed on the old version.
 */
export type Ending = 'complete' | 'fail' | 'false-success' | 'regress';

export interface Fate {
  /** So many attempts fail before the one that ends as `ending` says. */
  failsFirst: number;
  ending: Ending;
  upgradeMs: number;
}

/** What an operator does with a plan beside making it. `after-trip` ones come once nothing is open any more. */
export type Intervention = 'none' | 'cancel' | 'resume-after-trip' | 'cancel-after-trip';

export interface PlannedUpgrade {
  name: string;
  agentIds: readonly string[];
  batchSizes: readonly number[];
  concurrency: number;
  maxAttempts: number;
  failureThreshold: number;
  observeS: number;
  /** Milliseconds from the start of the run. */
  createAtMs: number;
  intervention: Intervention;
  /** Of a cancellation that waits for nothing: milliseconds from the start of the run. */
  interveneAtMs: number;
}

export interface Scenario {
  /** `always` keeps whatever was acknowledged; `everysec` may lose a second. */
  appendfsync: 'always' | 'everysec';
  /** Agents by their LCA. */
  lcas: ReadonlyMap<string, readonly string[]>;
  plans: readonly PlannedUpgrade[];
  fates: ReadonlyMap<string, Fate>;
}

const GATEWAYS = 10;
const AGENTS_A_GATEWAY = 50;
const SINGLE_LCAS = 20;
const AGENTS = GATEWAYS * AGENTS_A_GATEWAY + SINGLE_LCAS;

/** The share of failing agents is far below what a plan that is to go through allows. */
const PATIENT_THRESHOLD = 0.6;
const STRICT_THRESHOLD = 0.1;

/** @param choices decide everything */
export function drawScenario(choices: Choices): Scenario {
  const agentIds = shuffled(
    choices,
    Array.from({ length: AGENTS }, (_, index) => `a${index.toString().padStart(3, '0')}`),
  );
  const rest = [...agentIds];
  const take = (count: number) => rest.splice(0, count);
  const oneOf = <Item>(items: readonly [Item, ...Item[]]) => items[choices.below(items.length)] ?? items[0];

  const shared = { failureThreshold: PATIENT_THRESHOLD, createAtMs: 0, interveneAtMs: 0 };
  const canary = oneOf([3, 6, 10]);
  const plans: PlannedUpgrade[] = [
    {
      ...shared,
      name: 'one attempt',
      agentIds: take(160),
      batchSizes: equalBatches(160, oneOf([32, 40, 80])),
      concurrency: oneOf([12, 16, 24]),
      maxAttempts: 1,
      observeS: oneOf([2, 3]),
      intervention: 'none',
    },
    {
      ...shared,
      name: 'a canary and retries',
      agentIds: take(120),
      batchSizes: [canary, 30, 90 - canary],
      concurrency: oneOf([10, 15]),
      maxAttempts: 3,
      observeS: oneOf([0, 1]),
      intervention: 'none',
    },
    {
      ...shared,
      name: 'trips',
      agentIds: take(80),
      batchSizes: equalBatches(80, 40),
      concurrency: oneOf([4, 8]),
      maxAttempts: 1,
      failureThreshold: STRICT_THRESHOLD,
      observeS: 1,
      intervention: oneOf(['resume-after-trip', 'cancel-after-trip']),
    },
    {
      ...shared,
      name: 'late',
      agentIds: take(100),
      batchSizes: equalBatches(100, oneOf([25, 50])),
      concurrency: oneOf([10, 25]),
      maxAttempts: 2,
      observeS: 0,
      createAtMs: 3_000 + choices.below(8_000),
      intervention: 'none',
    },
    {
      ...shared,
      name: 'cancelled on its way',
      agentIds: take(60),
      batchSizes: equalBatches(60, 20),
      concurrency: oneOf([3, 6]),
      maxAttempts: 1,
      observeS: 1,
      intervention: 'cancel',
      interveneAtMs: 4_000 + choices.below(8_000),
    },
  ];
  const appendfsync = oneOf(['always', 'everysec'] as const);
  const fates = new Map(plans.flatMap((plan) => [...drawFates(choices, plan)]));
  return { appendfsync, lcas: drawLcas(choices, agentIds), plans, fates };
}

function drawFates(choices: Choices, plan: PlannedUpgrade): Map<string, Fate> {
  const { agentIds, maxAttempts, batchSizes, failureThreshold } = plan;
  const fates = new Map(
    agentIds.map((agentId): [string, Fate] => {
      const upgradeMs = 200 + choices.below(900);
      const kind = choices.below(100);
      const failing = { failsFirst: maxAttempts - 1, upgradeMs };
      if (kind < 6) return [agentId, { ...failing, ending: 'fail' }];
      if (kind < 9) return [agentId, { ...failing, ending: 'false-success' }];
      // After a lost report an instance that is bad already fails its attempt instead of regressing.
      if (kind < 15 && maxAttempts === 1) return [agentId, { failsFirst: 0, upgradeMs, ending: 'regress' }];
      const failsFirst = kind < 35 ? choices.below(maxAttempts) : 0;
      return [agentId, { failsFirst, upgradeMs, ending: 'complete' }];
    }),
  );
  if (!plan.intervention.endsWith('after-trip')) return fates;
  // As many as surely trip the first batch, whatever the others do.
  const first = agentIds.slice(0, batchSizes[0]);
  for (const agentId of first.slice(4, 4 + allowedFailures(failureThreshold, first.length) + 3)) {
    fates.set(agentId, { failsFirst: 0, upgradeMs: 300, ending: 'fail' });
  }
  return fates;
}

function drawLcas(choices: Choices, agentIds: readonly string[]): Map<string, string[]> {
  const rest = shuffled(choices, agentIds);
  const owners = new Map<string, string[]>();
  for (let index = 0; index < GATEWAYS; index += 1) {
    owners.set(`gateway-${index}`, rest.splice(0, AGENTS_A_GATEWAY));
  }
  for (const agentId of rest) owners.set(`lca-${agentId}`, [agentId]);
  return owners;
}

function equalBatches(agents: number, size: number): number[] {
  return Array.from({ length: agents / size }, () => size);
}

function shuffled<Item>(choices: Choices, items: readonly Item[]): Item[] {
  const rest = [...items];
  return Array.from(items, () => rest.splice(choices.below(rest.length), 1)).flat();
}
