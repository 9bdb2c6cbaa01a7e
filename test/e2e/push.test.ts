// LCAs that cannot ask are pushed what is in their mailboxes, by the rules by which others are handed it.
import { randomBytes } from 'node:crypto';
import { type Client, createClient } from '@gradus/client';
import type { LifecycleTask } from '@gradus/domain';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { registerAgents } from '../support/agents.js';
import { makeApiKey } from '../support/apiKeys.js';
import { UPGRADE } from '../support/fleet.js';
import { type Gradus, startGradus } from '../support/gradus.js';
import { createHandLca, ON_TARGET, reportOn } from '../support/handLca.js';
import { createAsk } from '../support/http.js';
import { wipeQueues } from '../support/namespace.js';
import { expectFaults, expectProblem } from '../support/problems.js';
import { type Receiver, startReceiver } from '../support/receiver.js';
import { waitFor } from '../support/waitFor.js';

const freshSecret = () => `whsec_${randomBytes(24).toString('base64')}`;
const SECRET = freshSecret();
const bound = makeApiKey('bound', undefined, 'lca-bound');

let gradus: Gradus;
let client: Client;
let receiver: Receiver;

beforeAll(async () => {
  receiver = await startReceiver();
  gradus = await startGradus({
    keys: [bound.key],
    env: {
      GRADUS_OUTBOUND_NETWORKS: '127.0.0.1',
      GRADUS_PUSH_TIMEOUT: '2s',
      GRADUS_REDELIVER_DISPATCHED: '3s',
    },
  });
  client = createClient({ baseUrl: gradus.url, token: gradus.token });
});
afterAll(async () => {
  // First: no worker has to wait for an answer then.
  await receiver.close();
  await gradus.stop();
});

interface Pushed {
  lcaUuid: string;
  tasks: LifecycleTask[];
  cancel: string[];
}

/** @returns what was posted to the LCA, in its order; all of it signed */
function pushedTo(lcaUuid: string): Pushed[] {
  return receiver.received
    .filter(({ path }) => path === `/${lcaUuid}`)
    .map(
      ({ body, headers }) => new Webhook(SECRET).verify(body, headers as Record<string, string>) as Pushed,
    );
}

/** Agents of an LCA that is pushed to. */
async function register(prefix: string, count = 1): Promise<string[]> {
  const agentIds = await registerAgents(client, prefix, count);
  await client.putLca(`lca-${prefix}`, {
    callbackUrl: `${receiver.url}/lca-${prefix}`,
    secrets: [freshSecret(), SECRET],
  });
  return agentIds;
}

const untilPushed = (lcaUuid: string, tasks: number, timeoutMs = 10_000) =>
  waitFor(
    () => {
      const pushed = pushedTo(lcaUuid).flatMap((one) => one.tasks);
      return pushed.length >= tasks && pushed;
    },
    { what: `${tasks} tasks to be pushed to ${lcaUuid}`, timeoutMs },
  );

const untilEnded = (planId: string) =>
  waitFor(async () => (await client.getPlanSummary(planId)).status === 'completed', { what: 'the end' });

it('are pushed their tasks, signed, and report by check-ins as ever', async () => {
  receiver.answer(() => 202);
  const artifact = {
    filename: 'fw.tar.gz',
    size: 3,
    sha256: '0'.repeat(64),
    url: 'https://files.example/fw',
  };
  const target = { version: UPGRADE.toVersion, release: UPGRADE.toRelease };
  await client.putRelease({ componentName: 'zmetis', ...target }, [artifact]);
  const agentIds = await register('pushed', 3);
  const { id } = await client.createPlan({ ...UPGRADE, agentIds, batchSize: 3, concurrency: 3 });
  const tasks = await untilPushed('lca-pushed', 3);
  expect(tasks.map(({ agentId }) => agentId).sort()).toEqual(agentIds);
  const whole = await client.getPlan(id);
  const known = whole.batches.flatMap((batch) => batch.tasks.map((task) => task.lifecycleTaskUuid));
  expect(tasks.map(({ lifecycleTaskUuid }) => lifecycleTaskUuid).sort()).toEqual(known.sort());
  expect(tasks[0]).toMatchObject({
    taskType: 'update',
    toVersion: UPGRADE.toVersion,
    attempt: 1,
    artifacts: [artifact],
  });

  const lca = createHandLca(client, 'lca-pushed');
  await lca.checkIn(tasks.map((task) => reportOn(task, 'completed', ON_TARGET)));
  await untilEnded(id);
  expect(await client.getLca('lca-pushed')).toMatchObject({
    failures: 0,
    lastPushedAt: expect.any(String),
    lastFault: null,
    retryAt: null,
    registeredBy: 'admin',
  });
});

it('are pushed a task again that they have not spoken of, and its cancellation', async () => {
  receiver.answer(() => 202);
  const agentIds = await register('silent');
  const { id } = await client.createPlan({ ...UPGRADE, agentIds });
  const [first, second] = await untilPushed('lca-silent', 2);
  expect(second).toEqual(first);
  await client.cancelPlan(id);
  await waitFor(() => pushedTo('lca-silent').some(({ cancel }) => cancel[0] === first?.lifecycleTaskUuid), {
    what: 'the cancellation to be pushed',
  });
});

it('that do not take it are left alone for longer and longer, hold nobody up, and are caught up with', async () => {
  receiver.answer(({ path }) => (path === '/lca-down' ? 503 : 'hang'));
  const [down = '', later = ''] = await register('down', 2);
  const hanging = await register('hanging');
  const asking = await registerAgents(client, 'asking', 20);
  const agentIds = [down, ...hanging, ...asking];
  const { id } = await client.createPlan({ ...UPGRADE, agentIds, batchSize: 22, concurrency: 22 });
  const lca = createHandLca(client, 'lca-asking');
  const tasks = await lca.takeTasks(20);
  await lca.checkIn(tasks.map((task) => reportOn(task, 'completed', ON_TARGET)));
  await waitFor(async () => (await client.getPlanSummary(id)).counts.completed === 20, {
    what: 'the others to be done meanwhile',
  });

  const broken = await waitFor(
    async () => {
      const one = await client.getLca('lca-down');
      return one.failures >= 3 && one;
    },
    // Sooner than the task would have been due again.
    { what: 'three pushes in vain', timeoutMs: 5_500 },
  );
  expect(broken).toMatchObject({ lastFault: 'answered 503' });
  expect(Date.parse(broken.retryAt ?? '') - Date.now()).toBeGreaterThan(1_000);
  // Nor is it troubled by what comes meanwhile.
  const other = await client.createPlan({ ...UPGRADE, agentIds: [later] });
  await waitFor(async () => (await client.getPlan(other.id)).batches[0]?.tasks[0]?.status === 'dispatched', {
    what: 'a further task for it',
  });
  expect(Date.parse(broken.retryAt ?? '')).toBeGreaterThan(Date.now());
  expect(pushedTo('lca-down')).toHaveLength(broken.failures);
  await waitFor(async () => (await client.getLca('lca-hanging')).failures > 0, { what: 'one that hangs' });

  receiver.answer(() => 204);
  // Whoever mends it need not wait.
  for (const name of ['down', 'hanging']) {
    const stated = await client.putLca(`lca-${name}`, {
      callbackUrl: `${receiver.url}/lca-${name}/mended`,
      secrets: [SECRET],
    });
    expect(stated).toMatchObject({ failures: 0, retryAt: null });
    const [task] = await untilPushed(`lca-${name}/mended`, 1);
    expect(task?.agentId).toMatch(`${name}-`);
  }
});

it('are pushed what a killed worker had taken for them, also where the queue is lost', async () => {
  receiver.answer(() => 'hang');
  const agentIds = await register('left');
  await client.createPlan({ ...UPGRADE, agentIds });
  const [first] = await untilPushed('lca-left', 1);
  await gradus.workers.at(-1)?.kill('SIGKILL');
  await wipeQueues(gradus.namespace);
  receiver.answer(() => 204);
  await gradus.addWorker();
  const [, second] = await untilPushed('lca-left', 2, 28_000);
  expect(second).toEqual(first);
});

it('are reached nowhere inside', async () => {
  const agentIds = await registerAgents(client, 'inside', 1);
  await client.putLca('lca-inside', { callbackUrl: 'http://[::1]:9/', secrets: [SECRET] });
  await client.createPlan({ ...UPGRADE, agentIds });
  const refused = await waitFor(async () => (await client.getLca('lca-inside')).lastFault, {
    what: 'a fault',
  });
  expect(refused).toBe('[::1] leads to no address that may be reached from here');
});

it('are pushed nothing that a failover could undo, where that is to be waited for', async () => {
  receiver.answer(() => 204);
  const agentIds = await register('unsure');
  await Promise.all(gradus.workers.map((worker) => worker.kill('SIGTERM')));
  // No Redis of the tests has so many replicas.
  const worker = await gradus.addWorker({ env: { GRADUS_WAIT_REPLICAS: '9' } });
  const { id } = await client.createPlan({ ...UPGRADE, agentIds });
  const failed = await waitFor(
    () => worker.log.find(({ msg, queue }) => msg === 'job failed' && queue === 'pushes'),
    {
      what: 'a push that is not made',
    },
  );
  expect(JSON.stringify(failed['err'])).toContain('enough replicas');
  expect(pushedTo('lca-unsure')).toEqual([]);
  await client.cancelPlan(id);
});

it('are stated with every fault at once, by whom it may, and show no secret', async () => {
  const ask = createAsk(gradus);
  const put = (json: object, authorization?: string) =>
    ask('PUT', '/api/v1/lifecycle/lcas/lca-stated', { json, ...(authorization && { authorization }) });
  const faulty = await put({ callbackUrl: 'ftp://x', secrets: ['short'], callbackURL: 'https://x' });
  expectFaults(faulty, {
    callbackUrl: /^must be a URL such as https:/,
    'secrets[0]': /^must be whsec_/,
    callbackURL: /^is not known: accepted are callbackUrl, secrets$/,
  });

  const stated = { callbackUrl: 'https://lca.example/in', secrets: [SECRET] };
  expect((await put(stated)).status).toBe(201);
  const again = await put(stated);
  expect(again.status).toBe(200);
  expect(again.text).not.toContain(SECRET);
  expectProblem(await put(stated, `Bearer ${bound.token}`), 403, 'forbidden');

  await client.deleteLca('lca-stated');
  expectProblem(await ask('GET', '/api/v1/lifecycle/lcas/lca-stated'), 404, 'not-found');
  expectProblem(await ask('DELETE', '/api/v1/lifecycle/lcas/lca-stated'), 404, 'not-found');
});
