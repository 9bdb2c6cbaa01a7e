// The store, opened on a Redis.
import {
  type Connection,
  connectWhenThere,
  NO_REPLICAS,
  type ReplicaDemand,
  watchReplicas,
} from '@gradus/redis';
import { startClock } from './clock.js';
import { durabilityWarnings } from './durability.js';
import { holdSchema } from './holdSchema.js';
import { createIdempotency } from './idempotency.js';
import { createInventory } from './inventory.js';
import { createKeys } from './keys.js';
import { createLcas } from './lcas.js';
import { createMailboxes } from './mailboxes.js';
import { createOverview } from './overview.js';
import { createPlans } from './plans.js';
import type { NewerStore, Occurrence, Store } from './port.js';
import { createReleases } from './releases.js';
import { loadScripts } from './scripts.js';
import { createSessions } from './sessions.js';
import { createSteps } from './steps.js';
import { unlessAway } from './storeFaults.js';
import { createTargets } from './targets.js';
import { DEFAULT_TIMING, type Timing } from './timing.js';
import { createWakeUps } from './wakeUps.js';

/** Also where a node of a Cluster is spoken to as if it were alone, as it may be where it is the only one. */
async function isInSlots(connection: Connection): Promise<boolean> {
  return connection.isCluster || /cluster_enabled:1/.test(await unlessAway(connection.info('cluster')));
}

/**
 * Opens the store and waits until Redis answers, however long that takes.
 *
 * @param url see `connect` of `@gradus/redis`
 * @param namespace goes before every key
 * @param onError hears every connection error
 * @param now milliseconds since 1970; by default Redis' clock
 * @param timing where it is not to be the default
 * @param requireReleases whether a plan is refused whose target is no release that is there; by default it is not
 * @param replicas how many are to have what was written before `watchWrites` confirms it; by default none
 * @param onOutdated told where a newer version has come that cannot work beside this one: the process is to end
 * @param onOccurrence told once of each thing that a step of this process has brought about
 * @throws NewerStore where such a one has come before
 */
export async function openStore({
  url,
  namespace,
  onError,
  now,
  timing,
  requireReleases = false,
  replicas = NO_REPLICAS,
  onOutdated = () => undefined,
  onOccurrence = () => undefined,
}: {
  url: string;
  namespace: string;
  onError: (error: unknown) => void;
  now?: () => number;
  timing?: Partial<Timing>;
  requireReleases?: boolean;
  replicas?: ReplicaDemand;
  onOutdated?: (fault: NewerStore) => void;
  onOccurrence?: (occurrence: Occurrence) => void;
}): Promise<Store> {
  const connection = await connectWhenThere(url, 'prompt', onError);
  const keys = createKeys(namespace);
  const scripts = loadScripts(connection, await isInSlots(connection), onOccurrence);
  const schema = await holdSchema(scripts, keys, onOutdated);
  const subscriber = await connectWhenThere(url, 'prompt', onError);
  const clock = now === undefined ? await startClock(connection) : { now, stop: () => undefined };
  const writes = watchReplicas(connection, namespace, replicas, onError);
  const parts = {
    connection,
    scripts,
    keys,
    clock,
    timing: { ...DEFAULT_TIMING, ...timing },
    requireReleases,
  };
  const releases = createReleases(parts);
  return {
    plans: createPlans(parts),
    steps: createSteps(parts),
    overview: createOverview(parts),
    inventory: createInventory(parts),
    mailboxes: createMailboxes(parts, createWakeUps(subscriber)),
    releases,
    targets: createTargets(releases),
    lcas: createLcas(parts),
    sessions: createSessions(connection, keys),
    idempotency: createIdempotency(parts),
    watchWrites: writes.watch,
    now: clock.now,
    ping: async () => {
      await unlessAway(connection.ping());
    },
    connected: () => ({ store: connection.status === 'ready', 'wake-ups': subscriber.status === 'ready' }),
    durabilityWarnings: () => durabilityWarnings(connection),
    close: async () => {
      schema.stop();
      clock.stop();
      writes.close();
      connection.disconnect();
      subscriber.disconnect();
    },
  };
}
