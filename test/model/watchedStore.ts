// The real store, each of whose steps the reference takes too, at the same moment.
import type { TaskOrder, TaskReport } from '@gradus/domain';
import type { Store } from '@gradus/store';
import { agree, Disagreement } from './disagreement.js';
import type { Facts } from './facts.js';
import type { Names } from './names.js';
import type { Reference } from './reference.js';
import type { Attempt, ReferencePlan, Said } from './referencePlan.js';

/** Lets a worker's next call go, in its turn, or has the worker die instead. */
export type Turn = <Answer>(call: () => Promise<Answer>) => Promise<Answer>;

export interface Watched {
  store: Store;
  reference: Reference;
  names: Names;
  oldestReport: () => Promise<number | null>;
}

/** A reference's step of the plan's current batch; on any other it is nothing. */
function current(plan: ReferencePlan, batchIndex: number, step: () => void): void {
  if (plan.currentBatch === batchIndex) step();
}

/** All that the part offers, each call in its turn. */
function byTurns<Part extends object>(part: Part, turn: Turn): Part {
  const calls = Object.entries(part).map(
    ([name, call]: [string, (...args: unknown[]) => Promise<unknown>]) => [
      name,
      (...args: unknown[]) => turn(() => call(...args)),
    ],
  );
  return Object.fromEntries(calls);
}

/**
 * @returns the store, and whether its mailboxes were told of each report what it left of the tasks
 */
export function watchStore(
  { store, reference, names, oldestReport }: Watched,
  turn: Turn,
): { store: Store; untold: () => string[] } {
  const { steps, inventory, mailboxes } = store;
  const told = new Set<string>();
  /** Of each task that a report spoke of, or ended: what its mailbox is to be told, in any order. */
  const toTell = new Map<string, Set<'running' | 'ended'>>();

  function saidOf(plan: ReferencePlan, { lifecycleTaskUuid, status }: TaskReport): Said {
    const place = names.placeOf(lifecycleTaskUuid);
    // Another plan's task is no attempt of this one's.
    const attempt = place.plan === plan.name ? place.attempt : -1;
    return { instance: place.instance, attempt, status };
  }

  const dispatched = (plan: ReferencePlan, task: TaskOrder | null, uuid: string, now: number) => {
    if (task !== null) names.learn(uuid, plan.name, task);
    const place = names.knows(uuid) ? names.placeOf(uuid) : null;
    if (place === null) return;
    const member = plan.members.find(({ agent }) => agent === place.agent);
    if (member === undefined) return;
    const wasQueued = plan.dispatch(member, place.instance, place.attempt, now);
    if (wasQueued) agree(`dispatch of ${names.shown(uuid)}`, task !== null, true);
    if (task !== null)
      agree(`${names.shown(uuid)} when dispatched`, 'dispatched', member.tasks[place.instance]?.status);
  };

  const watched: Store = {
    ...store,
    steps: {
      ...byTurns(steps, turn),
      startPlan: (planId, now) =>
        turn(async () => {
          await steps.startPlan(planId, now);
          names.plan(planId).startWhenDue(now);
        }),
      openBatch: (planId, batchIndex, allowed, now) =>
        turn(async () => {
          await steps.openBatch(planId, batchIndex, allowed, now);
          const plan = names.plan(planId);
          current(plan, batchIndex, () => plan.open(now));
        }),
      releaseAgents: (planId, batchIndex, now) =>
        turn(async () => {
          const effects = await steps.releaseAgents(planId, batchIndex, now);
          const plan = names.plan(planId);
          current(plan, batchIndex, () => plan.release(now));
          return effects;
        }),
      sweepBatch: (planId, batchIndex, now, until) =>
        turn(async () => {
          const oldest = await oldestReport();
          const effects = await steps.sweepBatch(planId, batchIndex, now, until);
          const plan = names.plan(planId);
          current(plan, batchIndex, () => plan.sweep(now, oldest));
          return effects;
        }),
      observeBatch: (planId, batchIndex, observingUntil, now) =>
        turn(async () => {
          await steps.observeBatch(planId, batchIndex, observingUntil, now);
          const plan = names.plan(planId);
          current(plan, batchIndex, () => plan.observe(now));
        }),
      closeBatch: (planId, batchIndex, how, now) =>
        turn(async () => {
          const oldest = await oldestReport();
          await steps.closeBatch(planId, batchIndex, how, now);
          const plan = names.plan(planId);
          current(plan, batchIndex, () => plan.close(now, how.failed, oldest));
        }),
      withdrawTasks: (planId) =>
        turn(async () => {
          const pushed = await steps.withdrawTasks(planId);
          const plan = names.plan(planId);
          for (const { member, instance, attempt } of plan.withdrawals.splice(0)) {
            const place = { plan: plan.name, agent: member.agent, instance, attempt };
            const mailbox = reference.mailbox(reference.agent(member.agent).lca);
            mailbox.withdraw(names.taskName(place), names.instanceName(place), store.now());
          }
          return pushed;
        }),
      dispatchTask: (order, now) =>
        turn(async () => {
          const task = await steps.dispatchTask(order, now);
          dispatched(names.plan(order.planId), task, order.lifecycleTaskUuid, now);
          return task;
        }),
      applyReport: (report) =>
        turn(async () => {
          const applied = await steps.applyReport(report);
          const plan = names.plan(report.planId);
          const agent = names.agent(report.agentId);
          const facts = new Map<number, Partial<Facts>>();
          for (const { componentInstanceUuid, ...part } of report.components) {
            const given = Object.entries(part).filter(([, value]) => value !== null);
            facts.set(names.instance(componentInstanceUuid), Object.fromEntries(given));
          }
          const said = report.tasks.map((task) => saidOf(plan, task));
          const settled = plan.report({ agent, takenAt: report.takenAt, facts, said }, report.now);
          // Another plan's task has no name in this one: it is known by its place in the report.
          const uuidOf = (attempt: Said | Attempt) =>
            report.tasks.find((_, index) => said[index] === attempt)?.lifecycleTaskUuid ??
            names.uuidOf({ plan: plan.name, agent, ...attempt });
          for (const outcome of ['running', 'ended'] as const) {
            for (const one of settled[outcome]) {
              const uuid = uuidOf(one);
              if (uuid !== null) toTell.set(uuid, (toTell.get(uuid) ?? new Set()).add(outcome));
            }
          }
          return applied;
        }),
    },
    inventory: {
      ...inventory,
      recordFacts: (report) =>
        turn(async () => {
          const recorded = await inventory.recordFacts(report);
          const agent = names.agent(report.agentId);
          const facts = new Map<number, Partial<Facts>>();
          for (const { componentInstanceUuid, componentName, ...part } of report.components) {
            facts.set(names.instance(componentInstanceUuid ?? componentName ?? ''), part as Partial<Facts>);
          }
          reference.learn(agent, facts, report.takenAt);
          const planId = recorded.outcome === 'recorded' ? (recorded.plan?.planId ?? null) : null;
          const held = planId === null ? null : names.plan(planId).name;
          agree(`the plan of ${report.agentId}`, held, reference.agent(agent).plan?.name ?? null);
          return recorded;
        }),
    },
    mailboxes: {
      ...mailboxes,
      putTask: (lcaUuid, task, now) =>
        turn(async () => {
          const isPushed = await mailboxes.putTask(lcaUuid, task, now);
          const place = names.placeOf(task.lifecycleTaskUuid);
          const { lca } = reference.agent(place.agent);
          agree(`the LCA of ${names.taskName(place)}`, names.lca(lcaUuid), lca);
          reference.mailbox(lca).put(names.taskName(place), names.instanceName(place));
          return isPushed;
        }),
      settle: (lcaUuid, uuid, outcome, now) =>
        turn(async () => {
          const origin = await mailboxes.settle(lcaUuid, uuid, outcome, now);
          const expected = toTell.get(uuid);
          if (expected?.has(outcome) !== true) {
            throw new Disagreement(`the mailbox is told ${outcome} of ${names.shown(uuid)}`);
          }
          told.add(`${uuid} ${outcome}`);
          const task = names.taskName(names.placeOf(uuid));
          reference.mailbox(names.lca(lcaUuid)).settle(task, outcome === 'ended', now);
          return origin;
        }),
    },
  };
  const untold = () =>
    [...toTell].flatMap(([uuid, outcomes]) =>
      [...outcomes]
        .filter((outcome) => !told.has(`${uuid} ${outcome}`))
        .map((outcome) => `${outcome} of ${names.shown(uuid)}`),
    );
  return { store: watched, untold };
}
