// A Redis Cluster: three masters, and a replica of each.
import { freePort } from '../../scripts/ports.mjs';
import { createRedisNode, type RedisNode } from './redisNode.js';
import { waitFor } from './waitFor.js';

const MASTERS = 3;
const SLOTS = 16_384;
const NODE_TIMEOUT_MS = 1_500;

export interface RedisCluster {
  /** As REDIS_URL takes it. */
  url: string;
  /** Masters first. */
  nodes: readonly RedisNode[];
  /** The node that has the key's slot now. */
  masterOf(key: string): Promise<RedisNode>;
  stop(): Promise<void>;
}

/** Starts it and waits until every slot is served and every replica follows. */
export async function startRedisCluster(): Promise<RedisCluster> {
  const nodes = await Promise.all(
    Array.from({ length: 2 * MASTERS }, () =>
      createRedisNode(async ({ port }) => [
        ...['--port', String(port), '--cluster-enabled', 'yes', '--cluster-port', String(await freePort())],
        ...['--cluster-node-timeout', String(NODE_TIMEOUT_MS), '--repl-diskless-sync-delay', '0'],
        ...['--appendonly', 'yes', '--maxmemory-policy', 'noeviction'],
      ]),
    ),
  );
  const stop = async () => {
    await Promise.all(nodes.map((node) => node.remove()));
  };
  try {
    await Promise.all(nodes.map((node) => node.start()));
    await join(nodes);
  } catch (error) {
    await stop();
    throw error;
  }
  const masterOf = async (key: string) => {
    // Of those that live: any of them may have been killed.
    const slots = await Promise.any(
      nodes.map(async (node) => [
        await node.ask('CLUSTER', 'KEYSLOT', key),
        await node.ask('CLUSTER', 'SLOTS'),
      ]),
    );
    const [slot, ranges] = slots as [number, [number, number, [string, number]][]];
    const range = ranges.find(([from, to]) => from <= slot && slot <= to);
    const found = nodes.find(({ port }) => port === range?.[2][1]);
    if (found === undefined) throw new TypeError(`no node has the slot ${slot}`);
    return found;
  };
  return {
    url: `redis+cluster://${nodes.map(({ port }) => `127.0.0.1:${port}`).join(',')}`,
    nodes,
    masterOf,
    stop,
  };
}

async function join(nodes: readonly RedisNode[]): Promise<void> {
  const masters = nodes.slice(0, MASTERS);
  const [first] = masters;
  for (const [index, node] of nodes.entries()) {
    await node.ask('CLUSTER', 'SET-CONFIG-EPOCH', String(index + 1));
  }
  for (const [index, master] of masters.entries()) {
    const from = Math.ceil((index * SLOTS) / MASTERS);
    const to = Math.ceil(((index + 1) * SLOTS) / MASTERS) - 1;
    await master.ask('CLUSTER', 'ADDSLOTSRANGE', String(from), String(to));
  }
  for (const node of nodes.slice(1)) {
    const [, busPort] = (await node.ask('CONFIG', 'GET', 'cluster-port')) as [string, string];
    await first?.ask('CLUSTER', 'MEET', '127.0.0.1', String(node.port), busPort);
  }
  const everyNode = (what: string, check: (node: RedisNode) => Promise<boolean>) =>
    waitFor(async () => (await Promise.all(nodes.map(check))).every(Boolean), { what, timeoutMs: 30_000 });
  await everyNode('every node to know every other', async (node) => {
    const known = String(await node.ask('CLUSTER', 'NODES'));
    return known.trim().split('\n').length === nodes.length && !known.includes('handshake');
  });
  for (const [index, master] of masters.entries()) {
    const id = String(await master.ask('CLUSTER', 'MYID'));
    await nodes[MASTERS + index]?.ask('CLUSTER', 'REPLICATE', id);
  }
  await everyNode('the cluster to be whole', async (node) => {
    const isOk = String(await node.ask('CLUSTER', 'INFO')).includes('cluster_state:ok');
    const replication = String(await node.ask('INFO', 'replication'));
    return isOk && /connected_slaves:1|master_link_status:up/.test(replication);
  });
}
