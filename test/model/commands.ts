// What may happen to the service, as commands that fast-check puts together and shortens.
import type { AgentReport, ComponentFacts, TaskReport } from '@gradus/domain';
import fc from 'fast-check';
import { BEHAVIOURS, fates, LCAS, planSpecs, type Saying, sayings } from './arbitraries.js';
import { agentId, componentName, instanceUuid } from './names.js';
import type { ReferencePlan } from './referencePlan.js';
import { holdsSlot, type PlanSpec, stateOf } from './referenceState.js';
import type { Turn } from './watchedStore.js';
import type { Operator } from './workers.js';
import { type Fate, NO_LIMIT, type World } from './world.js';

/** How far the workers come before the next command: to the end, not at all, or some jobs far. */
type Extent = 'settled' | 'waiting';

/** How many commands were run, over all runs. */
export interface Tally {
  commands: number;
}

interface Given {
  name: string;
  act: (world: World) => Promise<string | null>;
  extent: Extent;
  fate: Fate;
}

class Action implements fc.AsyncCommand<Tally, World> {
  /** What it came to when it was last run. */
  private told: string;
  private readonly given: Given;

  constructor(given: Given) {
    this.given = given;
    this.told = given.name;
  }

  check(): boolean {
    return true;
  }

  async run(tally: Tally, world: World): Promise<void> {
    tally.commands += 1;
    const { name, act, extent, fate } = this.given;
    const { seed, chaos } = fate;
    const how = extent === 'waiting' ? ', jobs left waiting' : seed === 0 ? '' : `, order ${seed}, ${chaos}`;
    this.told = name + how;
    const done = await act(world);
    this.told = `${done ?? name}${how}`;
    if (extent === 'settled') await world.settle(fate);
    await world.compare();
  }

  toString(): string {
    return `\n  ${this.told}`;
  }
}

/** @param arbitrary of what it is done with */
function action<With>(
  name: string,
  arbitrary: fc.Arbitrary<With>,
  act: (world: World, given: With, fate: Fate) => Promise<string | null>,
): fc.Arbitrary<Action> {
  const extent = fc.oneof(
    { weight: 4, arbitrary: fc.constant<Extent>('settled') },
    { weight: 1, arbitrary: fc.constant<Extent>('waiting') },
  );
  return fc
    .tuple(arbitrary, extent, fates)
    .map(
      ([given, how, fate]) =>
        new Action({ name, act: (world) => act(world, given, fate), extent: how, fate }),
    );
}

export function shownSpec(spec: PlanSpec): string {
  return JSON.stringify(spec).replaceAll('"', '');
}

/** The spec, of agents that are there. */
export function fitted(spec: PlanSpec, world: World): PlanSpec {
  const agents = spec.agents.map((agent) => agent % world.reference.agents.length);
  return { ...spec, agents: [...new Set(agents)] };
}

/** Which agents are in that state in plans that have not ended; all where none is. */
function candidates(world: World, among: Saying['among'], lca: number | null): number[] {
  const { agents, plans } = world.reference;
  const members = plans.filter((plan) => !plan.hasEnded).flatMap((plan) => plan.batch.members);
  const found = members.filter((member) =>
    among === 'open' ? holdsSlot(member) : among === 'completed' && stateOf(member) === 'completed',
  );
  const ofLca = (agent: number) => lca === null || agents[agent]?.lca === lca;
  const wanted = found.map(({ agent }) => agent).filter(ofLca);
  return wanted.length > 0 ? wanted : [...agents.keys()].filter(ofLca);
}

function reportOf(world: World, saying: Saying, agent: number): { report: AgentReport; told: string } {
  const { known, plan, lca } = world.reference.agent(agent);
  const member = plan?.members.find((one) => one.agent === agent);
  const components: ComponentFacts[] = [];
  const tasks: TaskReport[] = [];
  const told: string[] = [];
  for (const instance of known.keys()) {
    const behaviour = saying.behaviours[instance === 0 ? 0 : 1];
    const said: { status?: TaskReport['status']; facts?: Partial<ComponentFacts> } = BEHAVIOURS[behaviour];
    const id = saying.byName
      ? { componentName: componentName(instance) }
      : { componentInstanceUuid: instanceUuid(agent, instance) };
    if (said.facts !== undefined) components.push({ ...id, ...said.facts });
    const latest = member?.tasks[instance]?.attempt ?? 1;
    const attempt = Math.max(1, saying.attempt === 'latest' ? latest : latest - 1);
    const place = { plan: plan?.name ?? '', agent, instance, attempt };
    const isKnown = world.reference.mailbox(lca).wasHandedOut(world.names.taskName(place));
    const uuid = world.names.uuidOf(place);
    if (said.status !== undefined && isKnown && uuid !== null) {
      tasks.push({ lifecycleTaskUuid: uuid, status: said.status });
    }
    told.push(`${agentId(agent)}.${instance} ${isKnown ? `#${attempt}` : 'without a task'} ${behaviour}`);
  }
  return { report: { agentId: agentId(agent), components, tasks }, told: told.join(', ') };
}

/** An LCA takes what there is and then reports, of its own agents. */
async function checkInWith(world: World, said: readonly Saying[]): Promise<string> {
  const [first] = said;
  const found = first === undefined ? [] : candidates(world, first.among, null);
  const lca = world.reference.agents[found[(first?.pick ?? 0) % Math.max(1, found.length)] ?? 0]?.lca ?? 0;
  await world.checkIn(lca, NO_LIMIT);
  const reports = said.map((saying) => {
    const own = candidates(world, saying.among, lca);
    return reportOf(world, saying, own[saying.pick % own.length] ?? 0);
  });
  await world.report(
    lca,
    reports.map(({ report }) => report),
  );
  return `report ${reports.map(({ told }) => told).join('; ')}`;
}

/** A plan that may be spoken of, the newest first. */
function pickPlan(world: World, pick: number): [string, ReferencePlan] | null {
  const plans = world.names.plans().reverse();
  return plans[pick % Math.max(1, plans.length)] ?? null;
}

const plan = fc.nat({ max: 2 });

const changes = fc.record(
  {
    thresholdPercent: fc.constantFrom(0, 10, 50, 100),
    concurrency: fc.integer({ min: 1, max: 4 }),
    retryFailed: fc.boolean(),
  },
  { requiredKeys: [] },
);

const batchIndex = fc.option(fc.nat({ max: 3 }), { nil: undefined });

/** An operator's command on a plan, and how it is told. */
interface Order {
  told: string;
  give: (world: World, picked: [string, ReferencePlan], turn?: Turn) => Promise<void>;
}

const start = fc.constant<Order>({
  told: 'start',
  give: (world, picked, turn) =>
    world.command('start', picked, world.store.plans.start, () => picked[1].start(), turn),
});

const pause = fc.constant<Order>({
  told: 'pause',
  give: (world, picked, turn) =>
    world.command('pause', picked, world.store.plans.pause, () => picked[1].pause('operator'), turn),
});

const cancel = fc.constant<Order>({
  told: 'cancel',
  give: (world, picked, turn) =>
    world.command('cancel', picked, world.store.plans.cancel, () => picked[1].cancel(), turn),
});

const resume = changes.map(({ thresholdPercent, ...others }): Order => {
  const failureThreshold = thresholdPercent === undefined ? {} : { failureThreshold: thresholdPercent / 100 };
  const given = { ...others, ...(thresholdPercent === undefined ? {} : { thresholdPercent }) };
  return {
    told: `resume ${JSON.stringify(given)}`,
    give: (world, picked, turn) =>
      world.command(
        'resume',
        picked,
        (command) => world.store.plans.resume({ ...command, ...others, ...failureThreshold }),
        () => picked[1].resume(world.now(), given),
        turn,
      ),
  };
});

const promote = batchIndex.map(
  (index): Order => ({
    told: index === undefined ? 'promote' : `promote batch ${index} of`,
    give: (world, picked, turn) =>
      world.command(
        'promote',
        picked,
        (command) => world.store.plans.promote({ ...command, batchIndex: index }),
        () => picked[1].promote(index),
        turn,
      ),
  }),
);

function ordered(order: fc.Arbitrary<Order>): fc.Arbitrary<Action> {
  return action('order', fc.tuple(plan, order), async (world, [pick, { told, give }]) => {
    const picked = pickPlan(world, pick);
    if (picked === null) return null;
    await give(world, picked);
    return `${told} ${picked[1].name}`;
  });
}

/** After a time without a worker there is something to do, and reports wait beside it. */
const race = action(
  'race',
  fc.record({
    ticks: fc.constantFrom(0, 0, 1, 6, 12),
    said: fc.array(sayings, { maxLength: 2 }),
    pick: plan,
    orders: fc.array(fc.oneof(pause, resume, promote, cancel), { maxLength: 3 }),
    seed: fc.nat(),
  }),
  async (world, { ticks, said, pick, orders, seed }) => {
    const picked = pickPlan(world, pick);
    if (picked === null) return null;
    world.skip(ticks);
    const reported = said.length > 0 ? [await checkInWith(world, said)] : [];
    const operator: Operator = async (turn) => {
      for (const { give } of orders) await give(world, picked, turn);
    };
    await world.race([operator], seed);
    const told = [...reported, ...orders.map((order) => `${order.told} ${picked[1].name}`)];
    return `after ${ticks * 5} s among workers, order ${seed}: ${told.join(', ')}`;
  },
);

const create = action('create', planSpecs, async (world, spec) => {
  const given = fitted(spec, world);
  return `create ${shownSpec(given)}: ${await world.create(given)}`;
});

const report = action('report', fc.array(sayings, { minLength: 1, maxLength: 3 }), (world, said) =>
  checkInWith(world, said),
);

/** The report stays on its way until it is let go. */
const lateReport = action('report', fc.tuple(sayings), async (world, said) => {
  world.queues.holdReports(true);
  const told = await checkInWith(world, said);
  world.queues.holdReports(false);
  return `${told}, held back`;
});

const letGo = action('let go', fc.constant(null), async (world) => {
  world.queues.letGo();
  return 'what was held back is let go';
});

const take = action(
  'take',
  fc.tuple(fc.nat({ max: LCAS - 1 }), fc.constantFrom(NO_LIMIT, 2)),
  async (world, [lca, limit]) => {
    await world.checkIn(lca, limit);
    return `lca-${lca} takes ${limit} at most`;
  },
);

const pass = action(
  'pass',
  fc.record({ ticks: fc.integer({ min: 1, max: 14 }), polls: fc.boolean() }),
  async (world, { ticks, polls }, fate) => {
    await world.pass(ticks, fate, polls);
    return `${ticks * 5} s pass${polls ? ', LCAs take' : ''}`;
  },
);

const skip = action('skip', fc.integer({ min: 1, max: 14 }), async (world, ticks) => {
  world.skip(ticks);
  return `${ticks * 5} s pass without a worker`;
});

const pauseAll = action('pause-all', fc.constant(null), async (world) => {
  await world.pauseAll();
  return null;
});

const resumeAll = action('resume-all', fc.constant(null), async (world) => {
  await world.resumeAll();
  return null;
});

const wipe = action('wipe', fc.constant(null), async (world) => {
  world.wipe();
  return 'the queues are wiped';
});

function times<Item>(count: number, item: Item): Item[] {
  return Array.from({ length: count }, () => item);
}

/** Drawn alike; what happens more often stands there more often. */
export const ACTIONS: fc.Arbitrary<Action>[] = [
  ...times(8, report),
  ...times(4, pass),
  ...times(2, take),
  ...times(2, ordered(resume)),
  lateReport,
  letGo,
  skip,
  ordered(start),
  ordered(pause),
  ordered(promote),
  ordered(cancel),
  ...times(2, race),
  create,
  pauseAll,
  resumeAll,
  wipe,
];
