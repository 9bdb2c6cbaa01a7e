// What a run has left in Redis that nobody needs any more, once every plan has ended.
import type { Connection } from '@gradus/redis';
import type { Watched } from './operator.js';

/** The plan's record: see the table of keys in ARCHITECTURE.md. */
const KEPT_OF_PLAN = new Set(['plan', 'batches', 'agents', 'state', 'events', 'task-events']);
/** Of a plan that ended in mid-batch, cancelled or rolled back: the batch as it was. */
const KEPT_IN_MID_BATCH = new Set(['batch', 'heard', 'failed']);
const KEPT_INDEXES = new Set(['agents', 'plans', 'ended-plans', 'schema', 'overview', 'lcas']);
/** A queue's own, jobs apart. */
const KEPT_OF_QUEUE = new Set(['meta', 'id', 'events', 'limiter', 'stalled-check', 'marker', 'failed']);

/**
 * @param connection past the network that is being broken
 * @returns a line for each key that should not be there
 */
export async function leftovers(
  connection: Connection,
  namespace: string,
  plans: readonly Watched[],
): Promise<string[]> {
  const keys = await connection.keys(`*${namespace}*`);
  const ended = plans.flatMap(({ plan, wayBack }) => [plan, wayBack]).filter((plan) => plan !== null);
  const statuses = new Map(ended.map(({ id, status }) => [id, status]));
  const faults: string[] = [];
  for (const key of keys) {
    if (!(await mayStay(connection, key, namespace, statuses))) faults.push(`left in Redis: ${key}`);
  }
  return faults;
}

async function mayStay(
  connection: Connection,
  key: string,
  namespace: string,
  statuses: ReadonlyMap<string, string>,
): Promise<boolean> {
  if (key.startsWith(`{${namespace}}:`))
    return await mayStayInQueue(connection, key.slice(namespace.length + 3), key);
  const [, tag = '', part = ''] = /\{(.*)\}:?(.*)$/.exec(key) ?? [];
  if (tag.startsWith('plan-')) {
    const status = statuses.get(tag);
    const isInMidBatch = status === 'cancelled' || status === 'failed';
    return KEPT_OF_PLAN.has(part) || (isInMidBatch && KEPT_IN_MID_BATCH.has(part));
  }
  if (tag.startsWith('agents:')) return ['records', 'histories', 'versions'].includes(part);
  if (tag === 'index') return KEPT_INDEXES.has(part);
  if (tag === 'releases') return part === 'users';
  if (tag.startsWith('idempotency:')) return (await connection.pttl(key)) > 0;
  // What was withdrawn before it was handed out is remembered for some minutes; nobody is told of it.
  if (tag.startsWith('lca:')) return part === 'cancelled' || part === 'registration';
  return false;
}

/** @param rest the key without its prefix */
async function mayStayInQueue(connection: Connection, rest: string, key: string): Promise<boolean> {
  const [queue = '', part = ''] = rest.split(':');
  if (KEPT_OF_QUEUE.has(part)) return true;
  if (queue === 'plans' && /^repeat/.test(part)) return true;
  // The reconcile's next round.
  if (queue === 'plans' && ['delayed', 'wait', 'active', 'stalled', 'prioritized', 'pc'].includes(part)) {
    const jobs = await connection.call(
      part === 'delayed' ? 'ZRANGE' : 'TYPE',
      key,
      ...(part === 'delayed' ? [0, -1] : []),
    );
    return !Array.isArray(jobs) || jobs.every((id) => String(id).startsWith('repeat:'));
  }
  // A failed job is kept, to be looked at.
  const failed = await connection.zscore(`${key.slice(0, key.length - part.length)}failed`, part);
  return failed !== null;
}
