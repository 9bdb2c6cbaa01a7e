// Does a fault to a run, and makes it whole again.
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from '@gradus/redis';
import { wipeQueues } from '../support/namespace.js';
import type { ChaosLca, Disorder } from './chaosLca.js';
import type { ControlPlane, Place } from './controlPlane.js';
import type { Fault } from './faults.js';
import type { Network } from './network.js';
import type { ChaosRedis } from './redisServer.js';

/** When something acknowledged may have been lost, in milliseconds since 1970. */
export interface Loss {
  at: number;
  /** Redis' own state was set back; else jobs alone are gone. */
  ofState: boolean;
}

export interface Injured {
  namespace: string;
  appendfsync: 'always' | 'everysec';
  redis: ChaosRedis;
  network: Network;
  controlPlane: ControlPlane;
  lcas: readonly ChaosLca[];
  disorder: Disorder;
  losses: Loss[];
}

/** Takes turns: Redis dies and comes back once at a time. */
export function createInjector(injured: Injured): (fault: Fault) => Promise<void> {
  const { namespace, redis, network, controlPlane, lcas, disorder, losses } = injured;
  let redisTurn: Promise<unknown> = Promise.resolve();
  const withRedis = (work: () => Promise<void>): Promise<void> => {
    const done = redisTurn.then(work);
    redisTurn = done.catch(() => undefined);
    return done;
  };
  const pick = (places: readonly Place[], target: number): Place => {
    const place = places[target % places.length];
    if (place === undefined) throw new RangeError('there is no process to pick');
    return place;
  };

  return async ({ kind, forMs, target, byMs }) => {
    switch (kind) {
      case 'kill-worker':
        return pick(controlPlane.workers, target).replace(forMs);
      case 'kill-api':
        return pick(controlPlane.apis, target).replace(forMs);
      case 'freeze-worker':
        return pick(controlPlane.workers, target).freeze(forMs);
      case 'freeze-api':
        return pick(controlPlane.apis, target).freeze(forMs);
      case 'shift-clock':
        return pick([...controlPlane.workers, ...controlPlane.apis], target).replace(forMs, byMs);
      case 'kill-redis':
        return withRedis(async () => {
          await redis.kill();
          losses.push({ at: Date.now(), ofState: injured.appendfsync === 'everysec' });
          await sleep(forMs);
          await redis.start();
        });
      case 'power-cut':
        return withRedis(async () => {
          // What was synced is kept: with `always` there is nothing else that was acknowledged.
          await redis.cutPower(injured.appendfsync === 'always' ? 0 : forMs);
          losses.push({ at: Date.now(), ofState: injured.appendfsync === 'everysec' });
          await redis.start();
        });
      case 'kill-clients':
        return withRedis(async () => {
          const connection = connect(redis.url, 'patient', () => undefined);
          for (const type of ['normal', 'pubsub']) await connection.call('CLIENT', 'KILL', 'TYPE', type);
          connection.disconnect();
        });
      case 'cut-network':
        network.cut();
        await sleep(forMs);
        return network.restore();
      case 'delay-network':
        network.delay(byMs);
        await sleep(forMs);
        return network.restore();
      case 'truncate-network':
        return network.truncate();
      case 'wipe-queues':
        return withRedis(async () => {
          await wipeQueues(namespace, redis.url);
          losses.push({ at: Date.now(), ofState: false });
        });
      case 'disorder-reports':
        disorder.on = true;
        await sleep(forMs);
        disorder.on = false;
        return;
      case 'crash-lca': {
        const lca = lcas[target % lcas.length];
        await lca?.crash();
        await sleep(forMs);
        return lca?.start();
      }
    }
  };
}
