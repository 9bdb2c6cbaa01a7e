// A Redis and a replica of it, without anybody who would put the one in the other's place.
import { createRedisNode, type RedisNode } from './redisNode.js';
import { waitFor } from './waitFor.js';

const DATABASE = ['--appendonly', 'yes', '--maxmemory-policy', 'noeviction'];

export interface RedisReplicated {
  /** Of the master, as REDIS_URL takes it. */
  url: string;
  master: RedisNode;
  replica: RedisNode;
  stop(): Promise<void>;
}

/**
 * Starts both and waits until the one follows the other.
 *
 * @param through where the replica finds its master, by the master's port; by default at that port
 */
export async function startRedisReplicated(
  through: (masterPort: number) => Promise<number> = async (port) => port,
): Promise<RedisReplicated> {
  const master = await createRedisNode(({ port }) => [
    ...['--port', String(port), '--repl-diskless-sync-delay', '0'],
    ...DATABASE,
  ]);
  const replica = await createReplica(await through(master.port));
  const stop = async () => {
    await Promise.all([master.remove(), replica.remove()]);
  };
  try {
    await master.start();
    await replica.start();
    await untilFollowing(replica);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: `redis://127.0.0.1:${master.port}`, master, replica, stop };
}

/** A replica, still to be started. @param masterPort on this machine */
export function createReplica(masterPort: number): Promise<RedisNode> {
  return createRedisNode(({ port }) => [
    ...['--port', String(port), '--replicaof', '127.0.0.1', String(masterPort)],
    ...DATABASE,
  ]);
}

/** Waits until the replica has all that its master has by now. */
export async function untilCaughtUp({ master, replica }: RedisReplicated): Promise<void> {
  const offset = async (node: RedisNode, field: string) =>
    Number(new RegExp(`${field}:(\\d+)`).exec(String(await node.ask('INFO', 'replication')))?.[1]);
  const target = await offset(master, 'master_repl_offset');
  await waitFor(async () => (await offset(replica, 'slave_repl_offset')) >= target, {
    what: 'the replica to have what its master has',
    timeoutMs: 20_000,
  });
}

/** Waits until the replica has what its master has, and takes what comes. */
export async function untilFollowing(replica: RedisNode): Promise<void> {
  await waitFor(async () => String(await replica.ask('INFO', 'replication')).includes('link_status:up'), {
    what: 'the replica to follow its master',
    timeoutMs: 20_000,
  });
}
