// One run's world: the real store with its handlers, the adversary between them, and the reference beside them.
import { randomUUID } from 'node:crypto';
import type { AgentReport } from '@gradus/domain';
import { type CommandResult, openStore, type Store } from '@gradus/store';
import { type AdversaryQueues, createAdversaryQueues } from './adversaryQueues.js';
import { agree, Disagreement } from './disagreement.js';
import { FROM, factsOf, TARGET } from './facts.js';
import { agentId, componentName, createNames, instanceUuid, lcaUuid, type Names } from './names.js';
import { choicesFrom } from './random.js';
import { type AgentSpec, type CreateOutcome, Reference } from './reference.js';
import { type CommandOutcome, type ReferencePlan, TICK_MS } from './referencePlan.js';
import type { PlanSpec } from './referenceState.js';
import { linesOfReference, linesOfService } from './view.js';
import type { Turn } from './watchedStore.js';
import { createWorkers, type Operator } from './workers.js';

const STARTED_AT = Date.UTC(2030, 0, 1);
/** A job that was lost is put back by then. */
const HEALED_WITHIN_MS = 10_000;
const JOBS_AT_MOST = 2_000;
/** More than a mailbox can hold. */
export const NO_LIMIT = 100;

/** What befalls the workers while they do what there is to do. */
export interface Fate {
  /** Says in which order, and when it strikes; 0: in order, and never. */
  seed: number;
  chaos: 'none' | 'twice' | 'dying' | 'losing' | 'together';
}

export const CALM: Fate = { seed: 0, chaos: 'none' };

export type World = Awaited<ReturnType<typeof openWorld>>;

export async function openWorld(redisUrl: string, namespace: string, agents: readonly AgentSpec[]) {
  let now = STARTED_AT;
  const clock = () => now;
  const faults: unknown[] = [];
  const store = await openStore({
    url: redisUrl,
    namespace,
    onError: (fault) => faults.push(fault),
    now: clock,
  });
  const queues = createAdversaryQueues(clock);
  const names = createNames();
  const reference = new Reference(agents, now);
  const oldestReport = () => queues.oldestWaitingReport();
  const workers = createWorkers({ store, reference, names, oldestReport }, queues);
  let strickenAt = Number.NEGATIVE_INFINITY;
  let reconciledAt = STARTED_AT;

  await store.inventory.putMany(
    agents.map(({ lca, instances }, agent) => ({
      agentId: agentId(agent),
      input: {
        lcaUuid: lcaUuid(lca),
        components: instances.map((facts, instance) => ({
          componentInstanceUuid: instanceUuid(agent, instance),
          componentName: componentName(instance),
          ...facts,
        })),
      },
    })),
  );

  /** Runs jobs until none is due. */
  async function drain({ seed, chaos }: Fate): Promise<void> {
    const choices = choicesFrom(seed);
    for (let count = 0; count < JOBS_AT_MOST; count += 1) {
      const job = queues.take(choices);
      if (job === null) return;
      const strikes = chaos !== 'none' && choices.oneIn(3);
      if (strikes && chaos !== 'twice') strickenAt = now;
      if (strikes && chaos === 'losing') queues.lose(job);
      else if (strikes && chaos === 'together') {
        const others = [queues.take(choices), queues.take(choices)].filter((other) => other !== null);
        await workers.runTogether([job, ...others], [], choices);
      } else {
        if (strikes && chaos === 'twice') queues.repeat(job, choices.oneIn(2));
        await workers.runAlone(job, strikes && chaos === 'dying' ? choices.below(8) : null);
      }
    }
    throw new Disagreement(`after ${JOBS_AT_MOST} jobs there is still one to run`);
  }

  /** Has every plan looked at, as it is every few seconds, and then nothing may be left to do. */
  async function settle(fate: Fate): Promise<void> {
    await drain(fate);
    if (strickenAt >= reconciledAt) {
      queues.reconcile();
      reconciledAt = now;
      await drain(fate);
    }
    for (const [planId, plan] of names.plans()) {
      if (plan.status !== 'pending' && !plan.hasEnded) await queues.driveBatch(planId, plan.currentBatch);
    }
    await drain(fate);
    if (fate.chaos === 'none' || fate.chaos === 'twice') await assertNothingDue();
  }

  async function assertNothingDue(): Promise<void> {
    const oldest = await queues.oldestWaitingReport();
    for (const plan of reference.plans) {
      agree(`what is left to do in ${plan.name}`, null, plan.due(now, oldest));
      if (!plan.hasEnded) agree(`LCAs that ${plan.name} did not tell`, 0, plan.withdrawals.length);
      if (now - strickenAt >= HEALED_WITHIN_MS) assertDispatched(plan);
    }
  }

  function assertDispatched(plan: ReferencePlan): void {
    for (const { agent, tasks } of plan.members) {
      // One that runs is known to its LCA already.
      for (const task of tasks.filter(({ status }) => status === 'queued' || status === 'dispatched')) {
        const name = names.taskName({ plan: plan.name, agent, ...task });
        if (!reference.mailbox(reference.agent(agent).lca).wasPut(name)) {
          throw new Disagreement(`${name} is ${task.status}, and its LCA was never handed it`);
        }
      }
    }
  }

  /** A check-in that takes what waits. */
  async function checkIn(lca: number, limit: number): Promise<void> {
    const mailbox = reference.mailbox(lca);
    const due = mailbox.due(now);
    const taken = await store.mailboxes.take(lcaUuid(lca), now, limit);
    const tasks = taken.tasks.map((task) => names.taskName(names.placeOf(task.lifecycleTaskUuid)));
    const cancel = taken.cancel.map((uuid) => names.taskName(names.placeOf(uuid)));
    compareTaken(`tasks for lca-${lca}`, tasks, due.tasks, limit);
    compareTaken(`cancellations for lca-${lca}`, cancel, due.cancel, limit);
    mailbox.handOut({ tasks, cancel }, now);
  }

  const revisions = new Map<string, { service: number; reference: number }>();
  /** Plan and tag → what it showed with that tag. */
  const tagged = new Map<string, string>();

  /** @throws Disagreement where the service shows another state than the reference has */
  async function compare(): Promise<void> {
    await Promise.all(names.plans().map(([planId, plan]) => comparePlan(planId, plan)));
    if (faults.length > 0) throw faults[0];
  }

  async function comparePlan(planId: string, plan: ReferencePlan): Promise<void> {
    const [read, ...batches] = await Promise.all([
      store.plans.readSummary(planId),
      ...plan.batches.map((_, index) => store.plans.readBatch(planId, index)),
    ]);
    if (read === null) throw new Disagreement(`${plan.name} is gone`);
    const present = batches
      .filter((batch) => batch !== null)
      .map((batch) => ({ ...batch, tasks: [...batch.tasks] }));
    for (const { tasks } of present) {
      for (const task of tasks) names.learn(task.lifecycleTaskUuid, plan.name, task);
    }
    const shown = linesOfService(read.plan, present);
    const expected = linesOfReference(plan);
    const differences = expected.flatMap((line, index) =>
      shown[index] === line ? [] : [`  service   ${shown[index]}\n  reference ${line}`],
    );
    if (differences.length > 0) throw new Disagreement(`${plan.name}:\n${differences.join('\n')}`);
    const state = JSON.stringify([read.plan, present]);
    const tag = `${planId} ${read.etag}`;
    agree(`the tag of ${plan.name}`, await store.plans.readTag(planId), read.etag);
    agree(`what ${plan.name} shows with the tag ${read.etag}`, state, tagged.get(tag) ?? state);
    tagged.set(tag, state);
    const { revision } = read.plan;
    const before = revisions.get(planId) ?? { service: revision, reference: plan.revision };
    const rose = [revision > before.service, plan.revision > before.reference];
    agree(`whether the revision of ${plan.name} rose`, rose[0], rose[1]);
    revisions.set(planId, { service: revision, reference: plan.revision });
  }

  /** What the api does after a command that did something. */
  async function wake(planId: string, plan: ReferencePlan): Promise<void> {
    await queues.driveBatch(planId, plan.currentBatch);
  }

  return {
    store: store as Store,
    queues: queues as AdversaryQueues,
    reference,
    names: names as Names,
    now: clock,
    drain,
    settle,
    compare,

    checkIn,

    /** Has operators command while up to three workers are at work, one of them looking at a plan. */
    async race(operators: readonly Operator[], seed: number): Promise<void> {
      const choices = choicesFrom(seed);
      for (const [planId, plan] of names.plans()) if (!plan.hasEnded) await wake(planId, plan);
      const jobs = [queues.take(choices), queues.take(choices), queues.take(choices)];
      strickenAt = now;
      await workers.runTogether(
        jobs.filter((job) => job !== null),
        operators,
        choices,
      );
    },

    /** Lets the time pass, with the workers at work. @param polls whether the LCAs take what there is meanwhile */
    async pass(ticks: number, fate: Fate, polls: boolean): Promise<void> {
      for (let tick = 1; tick <= ticks; tick += 1) {
        now += TICK_MS;
        await (tick < ticks ? drain : settle)(fate.seed === 0 ? fate : { ...fate, seed: fate.seed + tick });
        if (polls) for (const lca of new Set(agents.map((agent) => agent.lca))) await checkIn(lca, NO_LIMIT);
      }
    },

    /** Lets the time pass with no worker there. */
    skip(ticks: number): void {
      now += ticks * TICK_MS;
    },

    wipe(): void {
      strickenAt = now;
      queues.wipe();
    },

    async create(spec: PlanSpec): Promise<CreateOutcome> {
      const id = `plan-${randomUUID()}`;
      const result = await store.plans.create({
        id,
        name: 'model',
        fromVersion: FROM.actualVersion,
        toVersion: TARGET.actualVersion,
        toRelease: TARGET.actualRelease,
        agentIds: spec.agents.map(agentId),
        cut: { batchSizes: [...spec.batchSizes] },
        failureThreshold: spec.thresholdPercent / 100,
        concurrency: spec.concurrency,
        createdBy: 'operator',
        actor: 'operator',
        observeDuration: `${spec.observeMs / 1_000}s`,
        observeMs: spec.observeMs,
        startAt: spec.startAfterMs === null ? null : now + spec.startAfterMs,
        autoStart: spec.autoStart,
        gate: spec.gate,
        taskTimeout: `${spec.taskTimeoutMs / 1_000}s`,
        taskTimeoutMs: spec.taskTimeoutMs,
        maxAttempts: spec.maxAttempts,
        onThreshold: 'pause',
      });
      const outcome = reference.create(spec, now);
      agree('create', result.outcome, outcome);
      const plan = reference.plans.at(-1);
      if (outcome === 'created' && plan !== undefined) {
        names.addPlan(id, plan);
        if (spec.autoStart) await queues.startPlan(id, spec.startAfterMs ?? 0);
      }
      return outcome;
    },

    /** An operator's command on one plan, and what the api does after it. */
    async command(
      what: string,
      [planId, plan]: [string, ReferencePlan],
      serve: (given: { planId: string; actor: string }) => Promise<CommandResult>,
      refer: () => CommandOutcome,
      turn: Turn = (call) => call(),
    ): Promise<void> {
      const outcome = await turn(async () => {
        const result = await serve({ planId, actor: 'operator' });
        agree(`${what} ${plan.name}`, result.outcome, refer());
        return result.outcome;
      });
      if (outcome !== 'done') return;
      if (what === 'start') await queues.startPlan(planId, 0);
      else if (what !== 'pause') await wake(planId, plan);
    },

    async pauseAll(): Promise<void> {
      agree('pause-all', await store.plans.pauseAll('operator'), reference.pauseAll());
    },

    async resumeAll(): Promise<void> {
      const resumed = await store.plans.resumeAll('operator');
      agree('resume-all', resumed.length, reference.resumeAll(now));
      for (const { planId, currentBatch } of resumed) await queues.driveBatch(planId, currentBatch);
    },

    /** One check-in with reports. */
    async report(lca: number, reports: AgentReport[]): Promise<void> {
      await queues.applyReports({ lcaUuid: lcaUuid(lca), takenAt: now, requestId: 'request', reports });
    },

    /** What must hold when all is over. */
    async close(): Promise<void> {
      await store.close();
    },

    async compareInventory(): Promise<void> {
      for (const [agent, { known }] of reference.agents.entries()) {
        const shown = await store.inventory.get(agentId(agent));
        const facts = shown?.components.map(({ runtimeStatus, actualVersion, actualRelease }) => ({
          runtimeStatus,
          actualVersion,
          actualRelease,
        }));
        agree(`the facts of ${agentId(agent)}`, facts, known.map(factsOf));
      }
    },
  };
}

/** Where there may be more than the limit, any of them may be handed out. */
function compareTaken(what: string, taken: string[], due: string[], limit: number): void {
  if (limit === NO_LIMIT) agree(what, [...taken].sort(), [...due].sort());
  else if (taken.length > limit || !taken.every((task) => due.includes(task))) {
    throw new Disagreement(`${what}: the service gave ${taken} of ${due}, ${limit} at most`);
  }
}
