// What a run upgrades: its agents, their instances and LCAs, its plans, and what becomes of each instance's
// upgrade. All of it is drawn from the seed.
import { allowedFailures, type OnThreshold } from '@gradus/domain';
import type { Choices } from '../model/random.js';

/**
 * `regress`: completes, and crashes a moment later. `false-success`: says completed on the old version. `silent`:
 * is never heard of again, until its LCA is told to cancel.
 */
export type Ending = 'complete' | 'fail' | 'false-success' | 'regress' | 'silent';

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
  onThreshold: OnThreshold;
  observeS: number;
  taskTimeoutS: number;
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
  /** Each agent's component instances: one, or two. */
  instances: ReadonlyMap<string, readonly string[]>;
  plans: readonly PlannedUpgrade[];
  /** By instance: what becomes of its upgrade; a way back always goes well. */
  fates: ReadonlyMap<string, Fate>;
}

const GATEWAYS = 10;
const AGENTS_A_GATEWAY = 50;
const SINGLE_LCAS = 20;
const AGENTS = GATEWAYS * AGENTS_A_GATEWAY + SINGLE_LCAS;
const TWOFOLD_ONE_IN = 5;

/** The share of failing agents is far below what a plan that is to go through allows. */
const PATIENT_THRESHOLD = 0.6;
const STRICT_THRESHOLD = 0.1;
/** No task of an LCA that speaks takes this long, whatever fails. */
const NEVER_S = 600;
/** As long as an LCA that speaks hardly ever takes while things fail. */
const SOON_S = 15;
const SILENT_ONES = 3;

/** @param choices decide everything */
export function drawScenario(choices: Choices): Scenario {
  const agentIds = shuffled(
    choices,
    Array.from({ length: AGENTS }, (_, index) => `a${index.toString().padStart(3, '0')}`),
  );
  const rest = [...agentIds];
  const take = (count: number) => rest.splice(0, count);
  const oneOf = <Item>(items: readonly [Item, ...Item[]]) => items[choices.below(items.length)] ?? items[0];

  const shared = {
    failureThreshold: PATIENT_THRESHOLD,
    onThreshold: 'pause' as OnThreshold,
    taskTimeoutS: NEVER_S,
    createAtMs: 0,
    interveneAtMs: 0,
    intervention: 'none' as Intervention,
  };
  const canary = oneOf([3, 6, 10]);
  const plans: PlannedUpgrade[] = [
    {
      ...shared,
      name: 'one attempt',
      agentIds: take(120),
      batchSizes: equalBatches(120, oneOf([24, 30, 60])),
      concurrency: oneOf([12, 16, 24]),
      maxAttempts: 1,
      observeS: oneOf([2, 3]),
    },
    {
      ...shared,
      name: 'a canary and retries',
      agentIds: take(100),
      batchSizes: [canary, 30, 70 - canary],
      concurrency: oneOf([10, 15]),
      maxAttempts: 3,
      // Of a canary this small, chance alone could fail more than any lower one allows.
      failureThreshold: 1,
      observeS: oneOf([0, 1]),
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
      agentIds: take(80),
      batchSizes: equalBatches(80, oneOf([20, 40])),
      concurrency: oneOf([10, 20]),
      maxAttempts: 2,
      observeS: 0,
      createAtMs: 3_000 + choices.below(8_000),
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
    {
      ...shared,
      name: 'rolls back',
      agentIds: take(40),
      batchSizes: equalBatches(40, 20),
      concurrency: oneOf([2, 4]),
      maxAttempts: 1,
      failureThreshold: STRICT_THRESHOLD,
      onThreshold: 'rollback',
      observeS: 1,
    },
    {
      ...shared,
      name: 'silent ones',
      agentIds: take(40),
      batchSizes: equalBatches(40, 20),
      // All of a batch at once: the silent ones keep none of the others waiting.
      concurrency: 20,
      maxAttempts: 1,
      // On a slow machine others than the silent ones may come too late as well.
      failureThreshold: 1,
      taskTimeoutS: SOON_S,
      observeS: 0,
    },
  ];
  const appendfsync = oneOf(['always', 'everysec'] as const);
  const instances = new Map(
    agentIds.map((agentId): [string, string[]] => [
      agentId,
      choices.oneIn(TWOFOLD_ONE_IN)
        ? [instanceOf(agentId), `${instanceOf(agentId)}-relay`]
        : [instanceOf(agentId)],
    ]),
  );
  const fates = new Map(plans.flatMap((plan) => [...drawFates(choices, plan, instances)]));
  return { appendfsync, lcas: drawLcas(choices, agentIds), instances, plans, fates };
}

function instanceOf(agentId: string): string {
  return `instance-${agentId}`;
}

function drawFates(
  choices: Choices,
  plan: PlannedUpgrade,
  instances: Scenario['instances'],
): Map<string, Fate> {
  const { agentIds, maxAttempts, batchSizes, failureThreshold, taskTimeoutS } = plan;
  const fates = new Map(
    agentIds
      .flatMap((agentId) => instances.get(agentId) ?? [])
      .map((instance): [string, Fate] => {
        const upgradeMs = 200 + choices.below(900);
        const kind = choices.below(100);
        const failing = { failsFirst: maxAttempts - 1, upgradeMs };
        if (kind < 6) return [instance, { ...failing, ending: 'fail' }];
        if (kind < 9) return [instance, { ...failing, ending: 'false-success' }];
        // After a lost report an instance that is bad already fails its attempt instead of regressing; and what
        // regressed would be rolled back or not by when it was heard of.
        const mayRegress = maxAttempts === 1 && plan.onThreshold === 'pause';
        if (kind < 15 && mayRegress) return [instance, { failsFirst: 0, upgradeMs, ending: 'regress' }];
        const failsFirst = kind < 35 ? choices.below(maxAttempts) : 0;
        return [instance, { failsFirst, upgradeMs, ending: 'complete' }];
      }),
  );
  const first = agentIds.slice(0, batchSizes[0]);
  const doom = (from: number, howMany: number, ending: Ending) => {
    for (const agentId of first.slice(from, from + howMany)) {
      fates.set(instanceOf(agentId), { failsFirst: 0, upgradeMs: 300, ending });
    }
  };
  // As many as surely trip the first batch, whatever the others do.
  const trips = plan.intervention.endsWith('after-trip') || plan.onThreshold === 'rollback';
  if (trips) doom(4, allowedFailures(failureThreshold, first.length) + 3, 'fail');
  if (taskTimeoutS !== NEVER_S) doom(0, SILENT_ONES, 'silent');
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
