// A Redis under Sentinel: a master, its replicas, and three sentinels that replace it.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createRedisNode, type RedisNode } from './redisNode.js';
import { waitFor } from './waitFor.js';

const MASTER_NAME = 'gradus-tests';
const PASSWORD = 'known-to-the-tests';
const SENTINELS = 3;
const QUORUM = 2;
const DOWN_AFTER_MS = 1_000;
const FAILOVER_TIMEOUT_MS = 5_000;

export interface RedisSentinel {
  /** As REDIS_URL takes it. */
  url: string;
  /** All servers but the sentinels. */
  servers: readonly RedisNode[];
  /** The server that the sentinels name the master now. */
  master(): Promise<RedisNode>;
  /** Has the sentinels put a replica in the master's place, as before a maintenance. */
  failOver(): Promise<void>;
  stop(): Promise<void>;
}

/** @param replicas how many */
export async function startRedisSentinel(replicas: number): Promise<RedisSentinel> {
  const withPassword = (port: number) => `redis://:${PASSWORD}@127.0.0.1:${port}`;
  const database = () => [
    ...['--appendonly', 'yes', '--maxmemory-policy', 'noeviction', '--repl-diskless-sync-delay', '0'],
    ...['--requirepass', PASSWORD, '--masterauth', PASSWORD],
  ];
  const first = await createRedisNode(({ port }) => ['--port', String(port), ...database()], withPassword);
  const servers = [first];
  const sentinels: RedisNode[] = [];
  const stop = async () => {
    await Promise.all([...sentinels, ...servers].map((node) => node.remove()));
  };
  const isStarted = async () => {
    await first.start();
    for (let count = 0; count < replicas; count += 1) {
      servers.push(
        await createRedisNode(
          ({ port }) => [
            ...['--port', String(port), ...database()],
            ...['--replicaof', '127.0.0.1', String(first.port)],
          ],
          withPassword,
        ),
      );
    }
    for (let count = 0; count < SENTINELS; count += 1) {
      sentinels.push(await createSentinel(first.port));
    }
    await Promise.all([...servers.slice(1), ...sentinels].map((node) => node.start()));
    for (const sentinel of sentinels) await untilItSeesAll(sentinel, replicas);
  };
  try {
    await isStarted();
  } catch (error) {
    await stop();
    throw error;
  }
  const [sentinel] = sentinels;
  const askSentinel = (...command: string[]) => sentinel?.ask('SENTINEL', ...command);
  return {
    url: `redis+sentinel://:${PASSWORD}@${sentinels.map(({ port }) => `127.0.0.1:${port}`).join(',')}/${MASTER_NAME}`,
    servers,
    master: async () => {
      const [, port] = (await askSentinel('GET-MASTER-ADDR-BY-NAME', MASTER_NAME)) as [string, string];
      const named = servers.find((node) => node.port === Number(port));
      if (named === undefined) throw new TypeError(`the sentinels name a master at the unknown port ${port}`);
      return named;
    },
    failOver: async () => {
      await askSentinel('FAILOVER', MASTER_NAME);
    },
    stop,
  };
}

function createSentinel(masterPort: number): Promise<RedisNode> {
  return createRedisNode(async ({ port, folder }) => {
    // It writes down in this file what it learns.
    const file = join(folder, 'sentinel.conf');
    const lines = [
      `port ${port}`,
      `sentinel monitor ${MASTER_NAME} 127.0.0.1 ${masterPort} ${QUORUM}`,
      `sentinel auth-pass ${MASTER_NAME} ${PASSWORD}`,
      `sentinel down-after-milliseconds ${MASTER_NAME} ${DOWN_AFTER_MS}`,
      `sentinel failover-timeout ${MASTER_NAME} ${FAILOVER_TIMEOUT_MS}`,
      `sentinel parallel-syncs ${MASTER_NAME} 1`,
    ];
    await writeFile(file, `${lines.join('\n')}\n`);
    return [file, '--sentinel'];
  });
}

/** A failover needs a replica that is known and follows, and sentinels that know of each other. */
async function untilItSeesAll(sentinel: RedisNode, replicas: number): Promise<void> {
  await waitFor(
    async () => {
      const known = (await sentinel.ask('SENTINEL', 'REPLICAS', MASTER_NAME)) as string[][];
      const following = known.filter((row) => row.includes('ok') && row.includes('slave'));
      const others = (await sentinel.ask('SENTINEL', 'SENTINELS', MASTER_NAME)) as string[][];
      return following.length === replicas && others.length === SENTINELS - 1;
    },
    { what: 'the sentinels to know each other and the replicas', timeoutMs: 30_000 },
  );
}
