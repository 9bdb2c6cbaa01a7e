// The connection on which an api waits for notices breaks, and once more as it is being mended.
import { createClient } from '@gradus/client';
import { connect } from '@gradus/redis';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { type Gradus, startGradus } from '../support/gradus.js';
import { waitFor } from '../support/waitFor.js';
import { type Network, startNetwork } from './network.js';

/** Long enough to break the connection while the answer to its subscription is on its way. */
const SLOWER_MS = 400;

const redis = new URL(inject('redisUrl'));
const direct = connect(redis.href, 'patient', () => undefined);
let network: Network;
let gradus: Gradus;

beforeAll(async () => {
  network = await startNetwork(Number(redis.port));
  const redisUrl = network.url.replace('//', `//${redis.username}:${redis.password}@`);
  gradus = await startGradus({ env: { REDIS_URL: redisUrl } });
});
afterAll(async () => {
  await gradus.stop();
  await network.stop();
  direct.disconnect();
});

async function untilSubscribed(isSubscribed: boolean): Promise<void> {
  const what = `the api ${isSubscribed ? '' : 'not '}to be subscribed`;
  await waitFor(
    async () => {
      const channels = await direct.call('PUBSUB', 'CHANNELS', `*${gradus.namespace}*`);
      return Array.isArray(channels) && channels.length > 0 === isSubscribed;
    },
    { what },
  );
}

test('the api lives on, and hears of new work as before', async () => {
  const client = createClient({ baseUrl: gradus.url, token: gradus.token, maxRetries: 20 });
  const components = [{ componentName: 'zmetis', actualVersion: '1.2.0', actualRelease: '215' }];
  await client.importAgents([{ agentId: 'a1', lcaUuid: 'lca-1', components }]);
  const held = client.checkIn('lca-1', { reports: [], wait: 60 });
  await untilSubscribed(true);
  network.cut();
  await untilSubscribed(false);
  network.restore();
  network.delay(SLOWER_MS);
  await untilSubscribed(true);
  network.cut();
  network.restore();
  await untilSubscribed(true);

  const upgrade = { name: 'one', fromVersion: '1.2.0', toVersion: '1.3.0', toRelease: '221' };
  // With a key it is tried again where the connection for commands is not back yet.
  await client.createPlan({ ...upgrade, agentIds: ['a1'] }, { idempotencyKey: 'one' });
  expect((await held).tasks).toMatchObject([{ agentId: 'a1' }]);
});
