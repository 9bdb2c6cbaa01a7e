// A namespace of its own for each use of the shared Redis, and its removal.
import { randomBytes } from 'node:crypto';
import { type Connection, connect } from '@gradus/redis';
import { inject } from 'vitest';

const SCAN_COUNT = 1_000;

/** @returns a namespace that nothing else on the Redis has */
export function freshNamespace(): string {
  return `t${randomBytes(8).toString('hex')}`;
}

/**
 * Removes every key of a namespace; to be called when nothing writes there any more.
 *
 * @returns how many there were
 */
export function clearNamespace(namespace: string): Promise<number> {
  return removeKeys(`*${namespace}*`);
}

/**
 * Removes every queue of a namespace with all its jobs at one instant, while whoever uses them goes on. Key by key, rows
 * of jobs that are added meanwhile would outlive their lists.
 *
 * @param redisUrl where it is not the Redis of all tests
 * @returns how many keys there were
 */
export async function wipeQueues(namespace: string, redisUrl = inject('redisUrl')): Promise<number> {
  const connection = connect(redisUrl, 'patient', () => undefined);
  try {
    const unlink = `local keys = redis.call('KEYS', ARGV[1])
      for _, key in ipairs(keys) do redis.call('UNLINK', key) end
      return #keys`;
    return Number(await connection.eval(unlink, 1, `{${namespace}}:queues`, `{${namespace}}:*`));
  } finally {
    connection.disconnect();
  }
}

/** Removes the lists of every queue of a namespace, so that of its jobs only the rows are left. */
export async function loseQueueLists(namespace: string): Promise<void> {
  for (const list of ['wait', 'active', 'delayed']) await removeKeys(`{${namespace}}:*:${list}`);
}

/** @returns the keys that match, of every master where there are several */
export async function findKeys(connection: Connection, pattern: string): Promise<string[]> {
  const servers = 'nodes' in connection ? connection.nodes('master') : [connection];
  const found = new Set<string>();
  for (const server of servers) {
    let cursor = '0';
    do {
      const [next, keys] = await server.scan(cursor, 'MATCH', pattern, 'COUNT', SCAN_COUNT);
      cursor = next;
      for (const key of keys) found.add(key);
    } while (cursor !== '0');
  }
  return [...found];
}

async function removeKeys(pattern: string): Promise<number> {
  const faults: unknown[] = [];
  const connection = connect(inject('redisUrl'), 'patient', (fault) => faults.push(fault));
  try {
    await connection.ping();
    const keys = await findKeys(connection, pattern);
    // One by one: in a cluster the keys of one server are in many slots.
    await Promise.all(keys.map((key) => connection.unlink(key)));
    return keys.length;
  } finally {
    await connection.quit();
  }
}
