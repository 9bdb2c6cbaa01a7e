// Who makes a plan and looks after it: repeats what got no answer, and steps in as the scenario says.
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, ConnectionError, createClient, isProblem, ProblemError } from '@gradus/client';
import { hasEnded, type Plan, type PlanSummary } from '@gradus/domain';
import { FROM } from './books.js';
import type { PlannedUpgrade } from './scenario.js';

const TO = { version: '1.3.0', release: '221' };
const LOOK_EVERY_MS = 250;
const ANSWER_WITHIN_MS = 5_000;
const OPEN: ReadonlySet<string> = new Set(['queued', 'dispatched', 'running']);

/** What became of a plan, as its operator saw it. */
export interface Watched {
  upgrade: PlannedUpgrade;
  planId: string;
  /** Answered with 200, and gone or undone afterwards. */
  lost: string[];
  /** From when on nothing may have been released, until when, and which tasks were open before; null: not tripped. */
  trip: { from: number; until: number; openBefore: ReadonlySet<string> } | null;
  /** How it ended; null where the plan itself was lost. */
  plan: Plan | null;
  /** The plan that its threshold had made to lead its agents back, once that has ended too; null where none had to go. */
  wayBack: Plan | null;
}

export interface Operator {
  /** Returns once the plan has ended. @throws what no repeating helps against */
  lookAfter(upgrade: PlannedUpgrade): Promise<Watched>;
  /** A line for each plan that has not ended: what was last seen of it. */
  underWay(): string[];
  /** Asks one api after the other until one answers. */
  ask<Answer>(question: (client: Client) => Promise<Answer>): Promise<Answer>;
}

/**
 * @param startedAt milliseconds since 1970, which the scenario's instants count from
 * @param isCalm whether the last fault is over: until then Redis may forget that a plan has ended
 */
export function createOperator(
  urls: readonly string[],
  token: string,
  startedAt: number,
  isCalm: () => boolean,
): Operator {
  const clients = urls.map((baseUrl) => createClient({ baseUrl, token, maxRetries: 0 }));
  let turn = 0;
  const lastSeen = new Map<string, string>();

  async function ask<Answer>(question: (client: Client) => Promise<Answer>): Promise<Answer> {
    for (;;) {
      const client = clients[turn % clients.length];
      try {
        if (client !== undefined) return await question(client);
      } catch (error) {
        if (!isPassing(error)) throw error;
        turn += 1;
        await sleep(LOOK_EVERY_MS);
      }
    }
  }

  async function make(upgrade: PlannedUpgrade): Promise<string> {
    const { name, agentIds, batchSizes, concurrency, maxAttempts, failureThreshold, onThreshold } = upgrade;
    const idempotencyKey = `${name.replaceAll(' ', '-')}-${startedAt}`;
    const input = {
      ...{ name, agentIds, batchSizes, concurrency, maxAttempts, failureThreshold, onThreshold },
      ...{ fromVersion: FROM.version, toVersion: TO.version, toRelease: TO.release },
      ...{ observeDuration: `${upgrade.observeS}s`, taskTimeout: `${upgrade.taskTimeoutS}s` },
    };
    const options = { idempotencyKey, minimal: true, timeoutMs: ANSWER_WITHIN_MS } as const;
    return (await ask((client) => client.createPlan(input, options))).id;
  }

  async function lookAfter(upgrade: PlannedUpgrade): Promise<Watched> {
    lastSeen.set(upgrade.name, 'not made');
    await sleep(Math.max(0, startedAt + upgrade.createAtMs - Date.now()));
    const planId = await make(upgrade);
    const watched: Watched = { upgrade, planId, lost: [], trip: null, plan: null, wayBack: null };
    const limit = { timeoutMs: ANSWER_WITHIN_MS };
    let commanded: 'nothing' | 'cancel' | 'resume' = 'nothing';
    lastSeen.set(upgrade.name, `made as ${planId}`);

    for (;;) {
      let summary: PlanSummary;
      try {
        summary = await ask((client) => client.getPlanSummary(planId, limit));
      } catch (error) {
        if (!(error instanceof ProblemError) || error.status !== 404) throw error;
        const agedS = ((Date.now() - startedAt - upgrade.createAtMs) / 1_000).toFixed(1);
        watched.lost.push(`plan "${upgrade.name}", which was answered with 200 and gone after ${agedS} s`);
        lastSeen.delete(upgrade.name);
        return watched;
      }
      const { status, currentBatch, pauseReason, error, waitingFor, counts } = summary;
      lastSeen.set(
        upgrade.name,
        JSON.stringify({ planId, status, currentBatch, pauseReason, error, waitingFor, counts }),
      );
      if (hasEnded(status)) {
        if (isCalm() && (await readEnd(watched))) {
          lastSeen.delete(upgrade.name);
          return watched;
        }
        await sleep(LOOK_EVERY_MS);
        continue;
      }
      if (commanded === 'cancel' || (commanded === 'resume' && isTripped(summary))) {
        watched.lost.push(`the ${commanded} of plan "${upgrade.name}", which was answered with 200`);
        commanded = 'nothing';
      }
      if (isTripped(summary) && watched.trip === null) {
        const whole = await ask((client) => client.getPlan(planId, limit));
        const tasks = whole.batches.flatMap((batch) => batch.tasks);
        const open = tasks.filter(({ status }) => OPEN.has(status));
        const openBefore = new Set(open.map(({ lifecycleTaskUuid }) => lifecycleTaskUuid));
        watched.trip = { from: Date.now(), until: Number.POSITIVE_INFINITY, openBefore };
      }
      const isDue = commandDue(upgrade, summary, Date.now() - startedAt);
      if (isDue !== null) {
        if (watched.trip !== null) watched.trip.until = Math.min(watched.trip.until, Date.now());
        if (await command(planId, isDue)) commanded = isDue;
      }
      await sleep(LOOK_EVERY_MS);
    }
  }

  /** @returns whether it has ended, and the way back of a failed one too */
  async function readEnd(watched: Watched): Promise<boolean> {
    watched.plan = await ask((client) => client.getPlan(watched.planId, { timeoutMs: ANSWER_WITHIN_MS }));
    const { status, error } = watched.plan;
    watched.wayBack = status === 'failed' ? await wayBackOf(watched.planId) : null;
    const hasNone = status !== 'failed' || error?.startsWith('nothing to roll back') === true;
    return hasEnded(status) && (hasNone || watched.wayBack !== null);
  }

  /** @returns the plan that follows from a failed one, null while it is not there or has not ended */
  async function wayBackOf(planId: string): Promise<Plan | null> {
    const limit = { timeoutMs: ANSWER_WITHIN_MS };
    return await ask(async (client) => {
      for await (const { id, status, sourcePlanUuid } of client.listPlans({}, limit)) {
        const isIt = sourcePlanUuid !== null && planId.endsWith(sourcePlanUuid) && hasEnded(status);
        if (isIt) return await client.getPlan(id, limit);
      }
      return null;
    });
  }

  /** @returns false where the plan's state does not take it any more */
  async function command(planId: string, verb: 'cancel' | 'resume'): Promise<boolean> {
    const limit = { timeoutMs: ANSWER_WITHIN_MS };
    try {
      await ask((client) =>
        verb === 'cancel'
          ? client.cancelPlan(planId, {}, limit)
          : client.resumePlan(planId, { failureThreshold: 1 }, limit),
      );
      return true;
    } catch (error) {
      if (isProblem(error, 'illegal-transition')) return false;
      throw error;
    }
  }

  const underWay = () => [...lastSeen].map(([name, seen]) => `"${name}" has not ended: ${seen}`);

  return { ask, lookAfter, underWay };
}

function isTripped({ status, pauseReason }: PlanSummary): boolean {
  return status === 'paused' && pauseReason?.startsWith('Failure threshold exceeded') === true;
}

function commandDue(
  { intervention, interveneAtMs }: PlannedUpgrade,
  summary: PlanSummary,
  nowMs: number,
): 'cancel' | 'resume' | null {
  if (intervention === 'cancel') return nowMs >= interveneAtMs ? 'cancel' : null;
  if (!isTripped(summary) || summary.counts.running > 0) return null;
  if (intervention === 'resume-after-trip') return 'resume';
  return intervention === 'cancel-after-trip' ? 'cancel' : null;
}

/** Whether asking again may help. */
function isPassing(error: unknown): boolean {
  if (error instanceof ConnectionError) return true;
  return error instanceof ProblemError && (error.status === 503 || error.code === 'idempotency-in-progress');
}
