// Plans, as clients and operators see them.
import { allowedFailures, hasEnded, type PlanSummary, type PlanTask } from '@gradus/domain';
import { createPlan, upgradeOf } from './createPlan.js';
import { cursorAt, positionOf } from './cursors.js';
import { deletePlan } from './deletePlan.js';
import { readEvents, unannouncedOfEnded } from './events.js';
import { mapInTurns } from './inTurns.js';
import { oncePerTurn } from './oncePerTurn.js';
import {
  type Command,
  type CommandResult,
  NewerPlan,
  type OpenedBatch,
  type PauseKind,
  type Plans,
} from './port.js';
import { previewPlan } from './previewPlan.js';
import {
  agentIdIn,
  batchSummaryOf,
  type Fields,
  fieldsOf,
  isVisible,
  READABLE_NEEDS,
  type StoredBatch,
  tasksIn,
  tasksOfRow,
} from './stored.js';
import { unlessAway } from './storeFaults.js';
import type { StoreParts } from './storeParts.js';
import { retryPlan, rollbackPlan } from './successors.js';
import { transact } from './transact.js';
import { freshTaskUuids } from './uuids.js';
import { readSummary, readTag } from './wholePlan.js';

const TASK_PAGE_AGENTS = 200;
const PLANS_LOOKED_AT_ONCE = 20;
/** A filtered listing looks at so many plans for a page before it answers what it has. */
const PLANS_LOOKED_AT_MOST = 2_000;

/** What showing a batch takes of its plan. */
const BATCH_NEEDS = [...READABLE_NEEDS, 'currentBatch', 'failureThreshold', 'completedAt', 'pauseKind'];

/** What is wrong with a plan that only a newer version knows, as a value. */
function theNewer(error: unknown): NewerPlan {
  if (error instanceof NewerPlan) return error;
  throw error;
}

export function createPlans(parts: StoreParts): Plans {
  const { connection, scripts, keys, clock } = parts;

  const summary = (planId: string) => readSummary(connection, keys, planId);

  async function storedBatch(planId: string, batchIndex: number): Promise<StoredBatch | null> {
    const [header, text] = await transact(connection, [
      ['hmget', keys.plan(planId, 'plan'), ...READABLE_NEEDS],
      ['hget', keys.plan(planId, 'batches'), batchIndex],
    ]);
    if (!isVisible(fieldsOf(READABLE_NEEDS, header as (string | null)[])) || text === null) return null;
    return JSON.parse(text as string) as StoredBatch;
  }

  async function readBatch(planId: string, batchIndex: number): Promise<OpenedBatch | null> {
    const place = await storedBatch(planId, batchIndex);
    if (place === null) return null;
    const ordinals = Array.from({ length: place.size }, (_, index) => place.first + index);
    const [fields, text, numbers, heard, statics, states] = await transact(connection, [
      ['hmget', keys.plan(planId, 'plan'), ...BATCH_NEEDS],
      ['hget', keys.plan(planId, 'batches'), batchIndex],
      ['hgetall', keys.plan(planId, 'batch')],
      ['scard', keys.plan(planId, 'heard')],
      ['hmget', keys.plan(planId, 'agents'), ...ordinals],
      ['hmget', keys.plan(planId, 'state'), ...ordinals],
    ]);
    const plan = fieldsOf(BATCH_NEEDS, fields as (string | null)[]);
    if (!isVisible(plan)) return null;
    const open = batchIndex === Number(plan['currentBatch']) ? (numbers as Fields) : {};
    const stored = JSON.parse(text as string) as StoredBatch;
    return {
      ...batchSummaryOf(plan, batchIndex, stored, open, Number(heard)),
      agentIds: await mapInTurns(statics as string[], agentIdIn),
      tasks: tasksIn(plan, statics as string[], states as string[]),
    };
  }

  const listTasks: Plans['listTasks'] = async (planId, batchIndex, { status, limit, cursor }) => {
    const [at = 0, taskAt = 0] =
      positionOf('tasks', cursor, /^\d{1,9}\.\d{1,9}$/)
        ?.split('.')
        .map(Number) ?? [];
    const place = await storedBatch(planId, batchIndex);
    const plan = await unlessAway(connection.hgetall(keys.plan(planId, 'plan')));
    if (place === null || !isVisible(plan)) return null;
    const items: PlanTask[] = [];
    for (let from = at; from < place.size; from += TASK_PAGE_AGENTS) {
      const length = Math.min(TASK_PAGE_AGENTS, place.size - from);
      const ordinals = Array.from({ length }, (_, index) => place.first + from + index);
      const [statics, states] = await transact(connection, [
        ['hmget', keys.plan(planId, 'agents'), ...ordinals],
        ['hmget', keys.plan(planId, 'state'), ...ordinals],
      ]);
      for (let index = 0; index < length; index += 1) {
        const tasks = tasksOfRow(plan, (statics as string[])[index], (states as string[])[index]);
        for (const [taskIndex, task] of tasks.entries()) {
          if (from + index === at && taskIndex < taskAt) continue;
          if (status !== undefined && task.status !== status) continue;
          if (items.length === limit)
            return { items, nextCursor: cursorAt('tasks', `${from + index}.${taskIndex}`) };
          items.push(task);
        }
      }
    }
    return { items, nextCursor: null };
  };

  /** Plan ids with their positions, newest first, from after `position`. */
  async function idsAfter(position: string | undefined, agentId: string | undefined, count: number) {
    if (agentId === undefined) {
      const from = position === undefined ? '+' : `(${position}`;
      const members = await unlessAway(
        connection.zrange(keys.planIndex, from, '-', 'BYLEX', 'REV', 'LIMIT', 0, count),
      );
      return members.map((member) => ({ position: member, planId: member.slice(member.indexOf(':') + 1) }));
    }
    const history = await unlessAway(connection.hget(keys.histories(keys.bucketOf(agentId)), agentId));
    const planIds = (history ?? '').split(',').flatMap((entry) => entry.split(' ')[0] || []);
    // Newer plans come in front: where a page ended is told by its last plan, not by a number.
    const last = position === undefined ? -1 : planIds.indexOf(position);
    const after = position !== undefined && last === -1 ? planIds.length : last + 1;
    return planIds.slice(after, after + count).map((planId) => ({ position: planId, planId }));
  }

  const list: Plans['list'] = async ({ status, agentId, limit, cursor }) => {
    const listing = agentId === undefined ? 'plans' : 'plans-of-agent';
    let position = positionOf(listing, cursor, /^(\d{15}:)?plan-[0-9a-f-]{36}$/);
    const items: PlanSummary[] = [];
    let leftOut = 0;
    for (let looked = 0; looked < PLANS_LOOKED_AT_MOST; looked += PLANS_LOOKED_AT_ONCE) {
      const found = await idsAfter(position, agentId, PLANS_LOOKED_AT_ONCE);
      const read = await Promise.all(found.map(({ planId }) => summary(planId).catch(theNewer)));
      for (const [index, one] of read.entries()) {
        const shown = one instanceof NewerPlan ? one : one?.plan;
        if (shown !== undefined && (status === undefined || shown.status === status)) {
          if (items.length === limit)
            return { items, nextCursor: cursorAt(listing, position ?? ''), leftOut };
          if (shown instanceof NewerPlan) leftOut += 1;
          else items.push(shown);
        }
        position = found[index]?.position;
      }
      if (found.length < PLANS_LOOKED_AT_ONCE) return { items, nextCursor: null, leftOut };
    }
    return { items, nextCursor: cursorAt(listing, position ?? ''), leftOut };
  };

  function command(
    name: 'start-plan' | 'pause-plan' | 'cancel-plan' | 'promote-batch',
    { planId, ...given }: Command & { batchIndex?: number | undefined; kind?: PauseKind },
    reason?: string,
  ): Promise<CommandResult> {
    const input = { ...given, reason: given.reason ?? reason ?? '', now: clock.now() };
    return scripts.run(name, keys.planAll(planId), input);
  }

  /** @param kind resumes only what was paused so */
  async function resume(given: Parameters<Plans['resume']>[0], kind?: PauseKind): Promise<CommandResult> {
    const { planId, actor, reason, ifRevision, failureThreshold, concurrency, retryFailed } = given;
    let uuids = 0;
    for (;;) {
      const plan = await unlessAway(connection.hgetall(keys.plan(planId, 'plan')));
      if (!isVisible(plan)) return { outcome: 'not-found' };
      const batchIndex = Number(plan['currentBatch']);
      const stored = await storedBatch(planId, batchIndex);
      const threshold =
        failureThreshold === undefined || stored === null
          ? {}
          : {
              failureThreshold: failureThreshold.toString(),
              allowedFailures: allowedFailures(failureThreshold, stored.size),
            };
      const result = await scripts.run<
        CommandResult | { outcome: 'moved-on' } | { outcome: 'more-uuids'; count: number }
      >('resume-plan', keys.planAll(planId), {
        now: clock.now(),
        actor,
        reason: reason ?? '',
        ifRevision,
        kind,
        batchIndex,
        ...(concurrency === undefined ? {} : { concurrency }),
        ...threshold,
        retryFailed: retryFailed === true,
        freshTaskUuids: freshTaskUuids(uuids),
      });
      if (result.outcome === 'more-uuids') uuids = result.count;
      else if (result.outcome !== 'moved-on') return result;
    }
  }

  /**
   * Does it to every plan that has not been retired.
   *
   * @returns those to which something was done
   * @throws NewerPlan where one has not ended to which only a newer version can do it; it was done to the others
   */
  async function toAllActive(act: (planId: string) => Promise<CommandResult>): Promise<string[]> {
    const planIds = await unlessAway(connection.zrange(keys.activePlans, '0', '-1'));
    const answers = await Promise.all(planIds.map((planId) => act(planId).catch(theNewer)));
    const newer = answers.find((answer) => answer instanceof NewerPlan && !hasEnded(answer.status));
    if (newer !== undefined) throw newer;
    return planIds.filter((_, index) => {
      const answer = answers[index];
      return answer !== undefined && 'outcome' in answer && answer.outcome === 'done';
    });
  }

  const pauseAll: Plans['pauseAll'] = async (actor) => {
    const reason = `Emergency stop by ${actor}`;
    const paused = await toAllActive((planId) =>
      command('pause-plan', { planId, actor, reason, kind: 'stop' }),
    );
    return paused.length;
  };

  const resumeAll: Plans['resumeAll'] = async (actor) => {
    const reason = `Emergency stop ended by ${actor}`;
    const resumed = await toAllActive((planId) => resume({ planId, actor, reason }, 'stop'));
    return Promise.all(
      resumed.map(async (planId) => {
        const currentBatch = await unlessAway(connection.hget(keys.plan(planId, 'plan'), 'currentBatch'));
        return { planId, currentBatch: Number(currentBatch) };
      }),
    );
  };

  return {
    create: (plan, leaseUntil) => createPlan(parts, upgradeOf(plan), { leaseUntil }),
    preview: (plan) => previewPlan(parts, plan),
    readTag: oncePerTurn((planId) => readTag(connection, keys, planId)),
    readSummary: summary,
    open: async (planId) => {
      const read = await summary(planId);
      if (read === null) return null;
      const { batches, ...plan } = read.plan;
      return { plan, etag: read.etag, batchCount: batches.length };
    },
    readBatch,
    listTasks,
    listEvents: (planId, page) => readEvents(parts, planId, page),
    list,
    start: (given) => command('start-plan', given),
    pause: (given) => command('pause-plan', { ...given, kind: 'operator' }, `Paused by ${given.actor}`),
    resume: (given) => resume(given),
    retry: (succession) => retryPlan(parts, succession),
    rollBack: (succession) => rollbackPlan(parts, succession),
    unannouncedOfEnded: (planId) => unannouncedOfEnded(parts, planId),
    remove: (planId, ifRevision) => deletePlan(parts, planId, ifRevision),
    pauseAll,
    resumeAll,
    promote: (given) => command('promote-batch', given),
    cancel: (given) => command('cancel-plan', given),
  } satisfies Plans;
}
