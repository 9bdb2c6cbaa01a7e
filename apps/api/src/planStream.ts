// The whole plan as a stream of JSON: read batch by batch as the client takes it, never held as one string.
import { setImmediate as othersTurn } from 'node:timers/promises';
import type { Batch, Forecast, Plan, PlanHeader, PlanTask } from '@gradus/domain';
import type { OpenedBatch, OpenedPlan, Preview, Store } from '@gradus/store';
import type { TypedResponse } from 'hono';
import type { Logger } from 'pino';
import { taggedWith } from './entityTag.js';
import { headOf, tailOf } from './planFields.js';

/** So many batches are read ahead at most, and no more than hold so many agents together. */
const READ_AHEAD_BATCHES = 16;
const READ_AHEAD_AGENTS = 4_000;
/** So many make a part that is worth a write of its own. */
const TASKS_A_PART = 100;
/** Smaller parts are sent together: a write for each would cost more than the plan's reading. */
const CHUNK_CHARACTERS = 32_768;

/** A batch that the plan should have is not there: the plan was deleted while it was read. */
class BatchVanished extends Error {
  readonly code = 'batch-vanished';
  constructor(planId: string, batchIndex: number) {
    super(`${planId} has no batch ${batchIndex} any more`);
    this.name = 'BatchVanished';
  }
}

/** Reads the plan's batches in order, some ahead, so that many small ones are not as many round trips. */
async function* readBatches(store: Store, { plan, batchCount }: OpenedPlan): AsyncGenerator<OpenedBatch> {
  const agentsABatch = Math.max(1, plan.counts.agents / Math.max(1, batchCount));
  const ahead = Math.min(READ_AHEAD_BATCHES, Math.max(1, Math.floor(READ_AHEAD_AGENTS / agentsABatch)));
  const reads: Promise<OpenedBatch | null>[] = [];
  let next = 0;
  for (let batchIndex = 0; batchIndex < batchCount; batchIndex++) {
    while (next < batchCount && reads.length < ahead) {
      const read = store.plans.readBatch(plan.id, next++);
      // One that fails is seen when its turn comes, which may be never where the client has gone.
      read.catch(() => undefined);
      reads.push(read);
    }
    const batch = await reads.shift();
    if (batch === undefined || batch === null) throw new BatchVanished(plan.id, batchIndex);
    yield batch;
  }
}

/** A batch's JSON in parts: of very many tasks, few are there at a time. */
function* batchJson({
  batchIndex,
  agentIds,
  status,
  failedCount,
  tasks,
  ...more
}: OpenedBatch): Generator<string> {
  yield `${JSON.stringify({ batchIndex, agentIds, status, failedCount }).slice(0, -1)},"tasks":[`;
  let separator = '';
  for (const part of partsOf(tasks)) {
    yield separator + JSON.stringify(part).slice(1, -1);
    separator = ',';
  }
  yield `],${JSON.stringify(more).slice(1)}`;
}

function* partsOf(tasks: Iterable<PlanTask>): Generator<PlanTask[]> {
  let part: PlanTask[] = [];
  for (const task of tasks) {
    part.push(task);
    if (part.length < TASKS_A_PART) continue;
    yield part;
    part = [];
  }
  if (part.length > 0) yield part;
}

/** @param more stands after the plan's own fields */
async function* planJson(
  plan: PlanHeader,
  batches: AsyncIterable<OpenedBatch>,
  more: object,
): AsyncGenerator<string> {
  yield `${JSON.stringify(headOf(plan)).slice(0, -1)},"batches":[`;
  let separator = '';
  for await (const batch of batches) {
    yield separator;
    yield* batchJson(batch);
    separator = ',';
  }
  yield `],${JSON.stringify({ ...tailOf(plan), ...more }).slice(1)}`;
}

async function* encoded(
  parts: AsyncIterable<string> | Iterable<string>,
  onFailure: (error: unknown) => void,
) {
  const encoder = new TextEncoder();
  try {
    let chunk = '';
    for await (const part of parts) {
      chunk += part;
      if (chunk.length < CHUNK_CHARACTERS) continue;
      yield encoder.encode(chunk);
      chunk = '';
      // A client that takes everything at once would have the process to itself.
      await othersTurn();
    }
    if (chunk !== '') yield encoder.encode(chunk);
  } catch (error) {
    onFailure(error);
    throw error;
  }
}

/**
 * Answers the whole plan. What fails midway breaks the connection off, so that half a plan never looks whole.
 *
 * @param about what the log says of a failure
 */
export function streamPlan(
  store: Store,
  opened: OpenedPlan,
  logger: Logger,
  about: { requestId: string },
): Response & TypedResponse<Plan, 200, 'json'> {
  const parts = encoded(planJson(opened.plan, readBatches(store, opened), {}), (err) => {
    logger.error({ err, planId: opened.plan.id, ...about }, 'a plan could not be read to its end');
  });
  return jsonResponse(parts, taggedWith(opened.etag));
}

/** Answers a plan that is not made, all of it. */
export function streamPreview({
  summary,
  batches,
  forecast,
}: Preview): Response & TypedResponse<Plan & { forecast: Forecast }, 200, 'json'> {
  return jsonResponse(
    encoded(planJson(summary, batches, { forecast }), () => undefined),
    {},
  );
}

/** Answers one batch, in the fields' order and in pieces. */
export function streamBatch(batch: OpenedBatch): Response & TypedResponse<Batch, 200, 'json'> {
  return jsonResponse(
    encoded(batchJson(batch), () => undefined),
    {},
  );
}

/** The parts are the JSON of `Shown`, which the type of a response cannot see. */
function jsonResponse<Shown>(parts: AsyncGenerator<Uint8Array>, headers: Record<string, string>) {
  const response = new Response(ReadableStream.from(parts), {
    headers: { 'Content-Type': 'application/json', ...headers },
  });
  return response as Response & TypedResponse<Shown, 200, 'json'>;
}
