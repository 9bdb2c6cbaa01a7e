// Redis goes amid the making of a plan, and comes back: what the making had taken is free again at once.
import { createClient, ProblemError } from '@gradus/client';
import { connect } from '@gradus/redis';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { UPGRADE } from '../support/fleet.js';
import { type Gradus, startGradus } from '../support/gradus.js';
import { findKeys } from '../support/namespace.js';
import { waitFor } from '../support/waitFor.js';
import { type Network, startNetwork } from './network.js';

/** Each of a making's steps takes twice this: long enough to see it begin. */
const SLOWER_MS = 150;
/** Far less than the two minutes for which a making may hold what it took. */
const FREE_WITHIN_MS = 15_000;

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

test('a create that Redis broke off is made by its repeat as soon as Redis is back', async () => {
  const client = createClient({ baseUrl: gradus.url, token: gradus.token, maxRetries: 0 });
  const components = [{ componentName: 'zmetis', actualVersion: '1.2.0', actualRelease: '215' }];
  await client.importAgents([{ agentId: 'a1', lcaUuid: 'lca-1', components }]);
  const create = () =>
    client.createPlan({ ...UPGRADE, agentIds: ['a1'] }, { idempotencyKey: 'k1', minimal: true });

  network.delay(SLOWER_MS);
  const broken = create();
  broken.catch(() => undefined);
  await waitFor(async () => (await findKeys(direct, `*${gradus.namespace}*{plan-*}:plan`)).length > 0, {
    what: 'the making to have begun',
  });
  network.cut();
  await expect(broken).rejects.toMatchObject({ status: 503 });
  network.restore();

  const made = await waitFor(
    () =>
      create().catch((error: unknown) => {
        if (error instanceof ProblemError && [409, 503].includes(error.status)) return false;
        throw error;
      }),
    { what: 'the repeat to make the plan', timeoutMs: FREE_WITHIN_MS },
  );
  expect(made).toMatchObject({ status: expect.stringMatching(/pending|running/), counts: { agents: 1 } });
});
