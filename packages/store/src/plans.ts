// Plans, as clients and operators see them.
import {
  addCounts,
  allowedFailures,
  type Batch,
  type BatchSummary,
  NO_AGENTS,
  type PlanSummary,
  type PlanTask,
} from '@gradus/domain';
import { createPlan, type Making } from './createPlan.js';
import { cursorAt, positionOf } from './cursors.js';
import type { Command, CommandResult, Plans, ReadPlan } from './port.js';
import { unlessAway } from './scripts.js';
import {
  batchSummaryOf,
  type Fields,
  headerOf,
  isVisible,
  type StateRows,
  type StaticAgent,
  type StoredBatch,
  storedCounts,
  tasksOf,
} from './stored.js';
import { transact } from './transact.js';

const TASK_PAGE_AGENTS = 200;
const PLANS_LOOKED_AT_ONCE = 20;
/** A filtered listing looks at so many plans for a page before it answers what it has. */
const PLANS_LOOKED_AT_MOST = 2_000;

/** What showing a batch takes of its plan. */
const BATCH_NEEDS = ['status', 'currentBatch', 'failureThreshold', 'completedAt'];

function fieldsOf(names: readonly string[], values: readonly (string | null)[]): Fields {
  const entries = names.map((name, index) => [name, values[index] ?? null] as const);
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== null));
}

/** What the summary is made of, read at one moment. */
interface Whole {
  plan: Fields;
  batches: Fields;
  open: Fields;
  heard: number;
}

export function createPlans(making: Making): Plans {
  const { connection, scripts, keys, clock } = making;

  async function readWhole(planId: string): Promise<Whole | null> {
    const [plan, batches, open, heard] = await transact(connection, [
      ['hgetall', keys.plan(planId, 'plan')],
      ['hgetall', keys.plan(planId, 'batches')],
      ['hgetall', keys.plan(planId, 'batch')],
      ['scard', keys.plan(planId, 'heard')],
    ]);
    const whole = {
      plan: plan as Fields,
      batches: batches as Fields,
      open: open as Fields,
      heard: Number(heard),
    };
    return isVisible(whole.plan) ? whole : null;
  }

  function summariesOf({ plan, batches, open, heard }: Whole): BatchSummary[] {
    const current = Number(plan['currentBatch']);
    return Array.from({ length: Number(plan['batchCount']) }, (_, index) => {
      const stored = JSON.parse(batches[index] ?? '') as StoredBatch;
      return batchSummaryOf(plan, index, stored, index === current ? open : {}, heard);
    });
  }

  const etagOf = (plan: Fields) => `W/"${plan['changes']}"`;

  async function readSummary(planId: string): Promise<ReadPlan<PlanSummary> | null> {
    const whole = await readWhole(planId);
    if (whole === null) return null;
    const batches = summariesOf(whole);
    const counts = batches.map((batch) => batch.counts).reduce(addCounts, NO_AGENTS);
    return { plan: { ...headerOf(whole.plan, counts), batches }, etag: etagOf(whole.plan) };
  }

  async function storedBatch(planId: string, batchIndex: number): Promise<StoredBatch | null> {
    const text = await unlessAway(connection.hget(keys.plan(planId, 'batches'), batchIndex.toString()));
    return text === null ? null : (JSON.parse(text) as StoredBatch);
  }

  async function readBatch(planId: string, batchIndex: number): Promise<Batch | null> {
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
    const agents = (statics as string[]).map((line) => JSON.parse(line) as StaticAgent);
    const rows = (states as string[]).map((line) => JSON.parse(line) as StateRows);
    return {
      ...batchSummaryOf(plan, batchIndex, stored, open, Number(heard)),
      agentIds: agents.map(([agentId]) => agentId),
      tasks: agents.flatMap((agent, index) => tasksOf(plan, agent, rows[index] ?? [])),
    };
  }

  const listTasks: Plans['listTasks'] = async (planId, batchIndex, { status, limit, cursor }) => {
    const [at = 0, taskAt = 0] =
      positionOf(cursor, /^\d{1,9}\.\d{1,9}$/)
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
        const agent = JSON.parse((statics as string[])[index] ?? '') as StaticAgent;
        const tasks = tasksOf(plan, agent, JSON.parse((states as string[])[index] ?? '') as StateRows);
        for (const [taskIndex, task] of tasks.entries()) {
          if (from + index === at && taskIndex < taskAt) continue;
          if (status !== undefined && task.status !== status) continue;
          if (items.length === limit) return { items, nextCursor: cursorAt(`${from + index}.${taskIndex}`) };
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
    const after = position === undefined ? 0 : Number(position) + 1;
    return planIds
      .map((planId, index) => ({ position: index.toString(), planId }))
      .slice(after, after + count);
  }

  const list: Plans['list'] = async ({ status, agentId, limit, cursor }) => {
    let position = positionOf(cursor, /^\d{1,15}(:plan-[0-9a-f-]{36})?$/);
    const items: PlanSummary[] = [];
    for (let looked = 0; looked < PLANS_LOOKED_AT_MOST; looked += PLANS_LOOKED_AT_ONCE) {
      const found = await idsAfter(position, agentId, PLANS_LOOKED_AT_ONCE);
      const read = await Promise.all(found.map(({ planId }) => readSummary(planId)));
      for (const [index, summary] of read.entries()) {
        const matches = summary !== null && (status === undefined || summary.plan.status === status);
        if (matches && items.length === limit) return { items, nextCursor: cursorAt(position ?? '') };
        if (matches) items.push(summary.plan);
        position = found[index]?.position;
      }
      if (found.length < PLANS_LOOKED_AT_ONCE) return { items, nextCursor: null };
    }
    return { items, nextCursor: cursorAt(position ?? '') };
  };

  function command(
    name: 'start-plan' | 'pause-plan' | 'cancel-plan' | 'promote-batch',
    { planId, ...given }: Command & { batchIndex?: number | undefined },
    reason?: string,
  ): Promise<CommandResult> {
    const input = { ...given, reason: given.reason ?? reason ?? '', now: clock.now() };
    return scripts.run(name, keys.planAll(planId), input);
  }

  const resume: Plans['resume'] = async ({ planId, actor, reason, failureThreshold, concurrency }) => {
    for (;;) {
      const plan = await unlessAway(connection.hgetall(keys.plan(planId, 'plan')));
      if (!isVisible(plan)) return { outcome: 'not-found' };
      const batchIndex = Number(plan['currentBatch']);
      const stored = await storedBatch(planId, batchIndex);
      const agents = stored === null ? 0 : storedCounts(stored, {}).agents;
      const result = await scripts.run<CommandResult | { outcome: 'moved-on' }>(
        'resume-plan',
        keys.planAll(planId),
        {
          now: clock.now(),
          actor,
          detail: reason ?? '',
          batchIndex,
          ...(concurrency === undefined ? {} : { concurrency }),
          ...(failureThreshold === undefined
            ? {}
            : {
                failureThreshold: failureThreshold.toString(),
                allowedFailures: allowedFailures(failureThreshold, agents),
              }),
        },
      );
      if (result.outcome !== 'moved-on') return result;
    }
  };

  return {
    create: (plan) => createPlan(making, plan),
    readSummary,
    open: async (planId) => {
      const read = await readSummary(planId);
      if (read === null) return null;
      const { batches, ...plan } = read.plan;
      return { plan, etag: read.etag, batchCount: batches.length };
    },
    readBatch,
    listTasks,
    list,
    start: (given) => command('start-plan', given),
    pause: (given) => command('pause-plan', given, `Paused by ${given.actor}`),
    resume,
    promote: (given) => command('promote-batch', given),
    cancel: (given) => command('cancel-plan', given),
  } satisfies Plans;
}
