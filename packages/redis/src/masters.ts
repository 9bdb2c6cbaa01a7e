// The masters that a connection writes to, each with a key that is kept there.
import calculateSlot from 'cluster-key-slot';
import type { Cluster, Redis } from 'ioredis';
import type { Connection } from './connect.js';

export interface Master {
  /** One connection, for as long as it stands: on a Cluster each node's, which does not come back once it broke. */
  connection: Redis;
  /** Null where no key was found. */
  key: string | null;
}

/** So many keys hit each of 16,384 slots, but for one time in a million. */
const TRIES = 262_144;

/**
 * @param keyOf makes keys: another for each number
 * @returns what gives all masters as they are known now
 */
export function mastersOf(connection: Connection, keyOf: (number: number) => string): () => Master[] {
  if (!isCluster(connection)) {
    const masters = [{ connection, key: keyOf(0) }];
    return () => masters;
  }
  const found = new Map<string, string>();
  const ownerOf = (key: string) => connection.slots[calculateSlot(key)]?.[0];
  return () => {
    const nodes = new Map(
      connection.nodes('master').map((node) => [`${node.options.host}:${node.options.port}`, node]),
    );
    for (const [name, key] of found) if (ownerOf(key) !== name) found.delete(name);
    const missing = new Set([...nodes.keys()].filter((name) => !found.has(name)));
    for (let number = 0; missing.size > 0 && number < TRIES; number += 1) {
      const key = keyOf(number);
      const owner = ownerOf(key);
      if (owner !== undefined && missing.delete(owner)) found.set(owner, key);
    }
    return [...nodes].map(([name, node]) => ({ connection: node, key: found.get(name) ?? null }));
  };
}

function isCluster(connection: Connection): connection is Cluster {
  return 'nodes' in connection;
}

/**
 * @returns says how often a connection of these has broken so far
 */
export function countBreaks(connection: Connection): () => number {
  let breaks = 0;
  const count = () => {
    breaks += 1;
  };
  if (isCluster(connection)) connection.on('-node', count);
  else connection.on('close', count);
  return () => breaks;
}
