// DDI, call by call: what hawkBit's clients insist on. docs/devices.md names the test of each point.
import { type Client, createClient } from '@gradus/client';
import type { PlanTask } from '@gradus/domain';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeArtifactFolder } from '../support/artifactFolder.js';
import { type Gradus, startGradus } from '../support/gradus.js';
import { type Ask, BASE, createAsk } from '../support/http.js';
import { wipeQueues } from '../support/namespace.js';
import { expectProblem } from '../support/problems.js';
import { waitFor } from '../support/waitFor.js';
import { createDdiDevice, type DdiDevice, makeDeviceToken, TENANT } from './ddiDevice.js';

const COMPONENT = 'os';
const FROM = { version: '1.0', release: '10' };
const TO = { version: '1.1', release: '11' };
const PLAN = { name: 'Devices', fromVersion: FROM.version, toVersion: TO.version, toRelease: TO.release };

const fleet = makeDeviceToken('fleet');
const other = makeDeviceToken('other', undefined, 'OTHER');
const one = makeDeviceToken('one', 'bound-1');
const folder = makeArtifactFolder();

let gradus: Gradus;
let client: Client;
let ask: Ask;
/** Believes a device's word. */
let trusting: string;
/** Gives a cancellation up after some seconds, and names the release by an attribute. */
let hasty: string;
let devices = 0;

beforeAll(async () => {
  const env = {
    ...folder.env,
    GRADUS_DDI_TOKENS: JSON.stringify([fleet.token, other.token, one.token]),
    GRADUS_DDI_PROOF: 'version=version',
    GRADUS_DDI_AUTO_REGISTER: 'true',
    GRADUS_DDI_COMPONENT: COMPONENT,
    GRADUS_RETRY_BACKOFF: '1s',
    GRADUS_REDELIVER_DISPATCHED: '1s',
  };
  gradus = await startGradus({ env });
  client = createClient({ baseUrl: gradus.url, token: gradus.token });
  ask = createAsk(gradus);
  const [first, second] = await Promise.all([
    gradus.addApi({ env: { GRADUS_DDI_PROOF: 'success', GRADUS_DDI_AUTO_REGISTER: 'false' } }),
    gradus.addApi({
      env: { GRADUS_DDI_CANCEL_TIMEOUT: '2s', GRADUS_DDI_PROOF: 'version=version,release=build' },
    }),
  ]);
  trusting = String(first.ready['url']);
  hasty = String(second.ready['url']);
  const at = `${BASE}/releases/${COMPONENT}/${TO.version}/${TO.release}/artifacts/os-1.1.swu`;
  const headers = { 'content-type': 'application/octet-stream' };
  expect((await ask('PUT', at, { body: 'an image', headers })).status).toBe(201);
});
afterAll(() => gradus.stop());

/** A device that is registered, on the version that plans start from, and has said what it is. */
async function knownDevice(url = gradus.url): Promise<{ agentId: string; device: DdiDevice }> {
  const agentId = `dev-${devices++}`;
  const facts = { runtimeStatus: 'running', actualVersion: FROM.version, actualRelease: FROM.release };
  await client.putAgent(agentId, {
    lcaUuid: `${TENANT}:${agentId}`,
    components: [{ componentName: COMPONENT, ...facts }],
  });
  const device = createDdiDevice(url, fleet.authorization, agentId);
  expect((await device.putConfig({ version: FROM.version, board: 'lab' })).status).toBe(200);
  return { agentId, device };
}

async function planOf(agentId: string, more: object = {}) {
  const { id } = await client.createPlan({ ...PLAN, agentIds: [agentId], failureThreshold: 1, ...more });
  return {
    id,
    task: async (): Promise<PlanTask> => (await client.getBatch(id, 0)).tasks[0] ?? expect.unreachable(),
    untilTask: (wanted: Partial<PlanTask>) =>
      waitFor(
        async () => {
          const [task] = (await client.getBatch(id, 0)).tasks;
          const isSo = Object.entries(wanted).every(
            ([name, value]) => task?.[name as keyof PlanTask] === value,
          );
          return isSo && task;
        },
        { what: `the task to be ${JSON.stringify(wanted)}`, timeoutMs: 20_000 },
      ),
  };
}

describe('a token', () => {
  it('speaks for its device alone, or for every device of its tenant, to the letter', async () => {
    const poll = (authorization: string | null, tenant: string, controllerId: string) =>
      ask('GET', `/${tenant}/controller/v1/${controllerId}`, { authorization });
    expect((await poll(one.authorization, TENANT, 'bound-1')).status).toBe(200);
    expect((await poll(fleet.authorization, TENANT, 'bound-1')).status).toBe(200);
    const refused = [
      await poll(null, TENANT, 'bound-1'),
      await poll(`Bearer ${gradus.token}`, TENANT, 'bound-1'),
      await poll(one.authorization, TENANT, 'bound-2'),
      await poll(one.authorization.replace('TargetToken', 'GatewayToken'), TENANT, 'bound-1'),
      await poll(one.authorization.toLowerCase(), TENANT, 'bound-1'),
      await poll(one.authorization.replace(' ', '  '), TENANT, 'bound-1'),
      await poll(other.authorization, TENANT, 'bound-1'),
      await poll(fleet.authorization, 'OTHER', 'bound-1'),
    ];
    for (const answer of refused) expectProblem(answer, 401, 'unauthenticated');
  });

  it("does not speak for another tenant's device of the same name, nor for another LCA's agent", async () => {
    expect((await createDdiDevice(gradus.url, fleet.authorization, 'twice').poll()).answer.status).toBe(200);
    const twin = await createDdiDevice(gradus.url, other.authorization, 'twice', 'OTHER').poll();
    expectProblem({ ...twin.answer, path: '/OTHER/controller/v1/twice' }, 404, 'not-found');
    await client.putAgent('of-an-lca', { lcaUuid: 'lca-hall', components: [{ componentName: COMPONENT }] });
    const device = createDdiDevice(gradus.url, fleet.authorization, 'of-an-lca');
    expect((await device.poll()).answer.status).toBe(404);
    expect((await device.putConfig({ version: '9' })).status).toBe(404);
    expect((await client.getAgent('of-an-lca')).attributes).toEqual({});
  });
});

it('a device that nobody knows registers itself where it may, and what it says of itself becomes its attributes', async () => {
  const device = createDdiDevice(gradus.url, fleet.authorization, 'fresh');
  expect((await createDdiDevice(trusting, fleet.authorization, 'fresh').poll()).answer.status).toBe(404);
  expect((await device.poll())._links).toEqual({ configData: { href: `${device.at}/configData` } });
  expect(await client.getAgent('fresh')).toMatchObject({
    lcaUuid: 'DEFAULT:fresh',
    components: [{ componentName: COMPONENT, actualVersion: null }],
  });
  const attributes = async () => (await client.getAgent('fresh')).attributes;
  const answer = await device.putConfig({ version: FROM.version, serial: '7' });
  // Point 1: 200 and nothing else.
  expect([answer.status, answer.text]).toEqual([200, '']);
  expect(await attributes()).toEqual({ version: FROM.version, serial: '7' });
  await device.putConfig({ serial: '8' }, 'merge');
  expect(await attributes()).toEqual({ version: FROM.version, serial: '8' });
  await device.putConfig({ serial: '' }, 'remove');
  expect(await attributes()).toEqual({ version: FROM.version });
  await device.putConfig({ version: FROM.version, site: 'north' }, 'replace');
  expect(await attributes()).toEqual({ version: FROM.version, site: 'north' });
  await device.send('PUT', `${device.at}/configData`, '{"more":1,"data":{"n":5,"deep":{"x":1}}}');
  expect(await attributes()).toEqual({ version: FROM.version, site: 'north', n: '5' });
  // Point 8: the link goes once the PUT came.
  expect((await device.poll())._links).toEqual({});
  await waitFor(async () => (await client.getAgent('fresh')).components[0]?.actualVersion === FROM.version, {
    what: 'the attribute to be what the device runs',
  });
});

it('a device is upgraded: offered, fed back, and proven by its version alone', async () => {
  const { agentId, device } = await knownDevice();
  const plan = await planOf(agentId, { observeDuration: '30s' });
  const { href, answer, document } = await device.takeDeployment();
  // Points 1, 3 and 4.
  expect(answer.status).toBe(200);
  expect(href).toMatch(
    /^http:\/\/127\.0\.0\.1:\d+\/DEFAULT\/controller\/v1\/dev-\d+\/deploymentBase\/[1-9]\d*$/,
  );
  expect(href).toBe(`${device.at}/deploymentBase/${document.id}`);
  expect(document.id).toMatch(/^[1-9]\d{0,9}$/);
  expect(Number(document.id)).toBeLessThan(2 ** 31);
  // Points 5, 6 and 7.
  const download = `${device.at}/softwaremodules/${document.id}/artifacts/os-1.1.swu`;
  expect(document).toEqual({
    id: expect.any(String),
    deployment: {
      download: 'forced',
      update: 'forced',
      chunks: [
        {
          part: 'os',
          version: TO.version,
          name: COMPONENT,
          artifacts: [
            {
              filename: 'os-1.1.swu',
              size: 8,
              hashes: {
                sha1: expect.stringMatching(/^[0-9a-f]{40}$/),
                md5: expect.stringMatching(/^[0-9a-f]{32}$/),
                sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
              },
              _links: { download: { href: download }, 'download-http': { href: download } },
            },
          ],
        },
      ],
    },
  });
  expect((await device.feedback(href, 'proceeding', 'none', ['begins'])).status).toBe(200);
  await plan.untilTask({ status: 'running' });
  const head = await device.ask('HEAD', download, { authorization: fleet.authorization });
  expect([head.status, head.headers.get('content-length')]).toEqual([200, '8']);
  expect((await device.get(download)).text).toBe('an image');
  const rest = await device.get(download, { range: 'bytes=3-' });
  expect([rest.status, rest.text, rest.headers.get('content-range')]).toEqual([206, 'image', 'bytes 3-7/8']);
  expect((await device.get(download, { range: 'bytes=8-' })).status).toBe(416);

  // Points 10 and 15: offered for as long as it is not over, however often the device polls.
  for (let polls = 0; polls < 20; polls += 1) {
    const { _links } = await device.poll();
    expect(_links).toEqual({ deploymentBase: { href } });
  }
  expect((await device.feedback(href, 'closed', 'success')).status).toBe(200);
  // Point 13: now it is asked what it runs; a version of before its restart proves nothing, and harms nothing.
  const after = await device.untilLink('configData');
  expect(after._links.deploymentBase).toBeUndefined();
  expect((await device.get(href)).status).toBe(404);
  expect((await device.putConfig({ version: FROM.version })).status).toBe(200);
  expect((await device.untilLink('configData'))._links.deploymentBase).toBeUndefined();
  expect(await plan.task()).toMatchObject({ status: 'running', error: null });
  await device.putConfig({ version: TO.version });
  await plan.untilTask({ status: 'completed', actualVersion: TO.version, actualRelease: TO.release });

  // For as long as the plan watches it is asked again, and a device that fell back is seen.
  await device.untilLink('configData');
  await device.putConfig({ version: FROM.version });
  await plan.untilTask({ status: 'failed' });
  expect((await plan.task()).error).toContain(`reports ${FROM.version}`);
});

it('where a device is believed, its success is the proof', async () => {
  const { agentId, device } = await knownDevice(trusting);
  await client.putAgent(agentId, {
    components: [{ componentName: COMPONENT, actualVersion: FROM.version, actualRelease: FROM.release }],
  });
  const plan = await planOf(agentId);
  const { href } = await device.takeDeployment();
  await device.feedback(href, 'closed', 'none');
  await plan.untilTask({ status: 'completed', actualVersion: TO.version, actualRelease: TO.release });
  const { _links } = await device.untilLink('configData');
  expect(_links).toEqual({ configData: { href: `${device.at}/configData` } });
  await device.putConfig({ anything: 'goes' });
  expect((await device.poll())._links).toEqual({});
});

it('where the release has an attribute, the version alone proves nothing', async () => {
  const { agentId, device } = await knownDevice(hasty);
  const plan = await planOf(agentId);
  const { href } = await device.takeDeployment();
  await device.feedback(href, 'closed', 'success');
  await device.putConfig({ version: TO.version });
  await plan.untilTask({ status: 'running', actualVersion: TO.version });
  await device.putConfig({ version: TO.version, build: TO.release });
  await plan.untilTask({ status: 'completed', actualRelease: TO.release });
});

describe('feedback', () => {
  it('that is closed with a failure fails the task with its details, however broken its JSON is', async () => {
    const broken =
      '{"id":8,"time":"20260101T120000","status":{"execution":"closed","result":{"finished":"failure"},"code":1,' +
      '"details":["script says "no"\nand \\q"]}}';
    const { agentId, device } = await knownDevice();
    const plan = await planOf(agentId);
    const { href } = await device.takeDeployment();
    expect((await device.send('POST', `${href}/feedback`, broken)).status).toBe(200);
    const { error } = await plan.untilTask({ status: 'failed' });
    expect(error).toContain('script says "no" and');
    // Point 11: late and repeated.
    for (const finished of ['failure', 'success']) {
      expect((await device.feedback(href, 'closed', finished)).status).toBe(200);
    }
    expect((await device.feedback(`${device.at}/deploymentBase/77`, 'closed', 'success')).status).toBe(200);
    expect((await plan.task()).status).toBe('failed');
    expect((await client.getPlanSummary(plan.id)).counts).toMatchObject({ failed: 1, completed: 0 });
  });

  it('that is no JSON is never a success; a raw newline in a string is no reason to doubt it', async () => {
    const { agentId, device } = await knownDevice(trusting);
    await client.putAgent(agentId, {
      components: [{ componentName: COMPONENT, actualVersion: FROM.version, actualRelease: FROM.release }],
    });
    const plan = await planOf(agentId);
    const { href } = await device.takeDeployment();
    const success = '"status":{"execution":"closed","result":{"finished":"success"},"details":["it\nis"';
    await device.send('POST', `${href}/feedback`, `{"id":"8",${success}`);
    await plan.untilTask({ status: 'running' });
    expect((await device.poll())._links.deploymentBase).toEqual({ href });
    await device.send('POST', `${href}/feedback`, `{"id":8,"more":[],${success}]}}`);
    await plan.untilTask({ status: 'completed' });
  });

  it('that rejects leaves the action open, and so does everything else that is not its end', async () => {
    const { agentId, device } = await knownDevice();
    const plan = await planOf(agentId);
    const { href } = await device.takeDeployment();
    for (const execution of [
      'rejected',
      'scheduled',
      'resumed',
      'download',
      'downloaded',
      'canceled',
      'new-word',
    ]) {
      expect((await device.feedback(href, execution, 'none')).status).toBe(200);
    }
    await plan.untilTask({ status: 'running' });
    expect((await device.poll())._links).toEqual({ deploymentBase: { href } });
    await client.cancelPlan(plan.id);
  });

  it('on another attempt is about another action', async () => {
    const { agentId, device } = await knownDevice();
    const plan = await planOf(agentId, { maxAttempts: 2 });
    const first = await device.takeDeployment();
    await device.feedback(first.href, 'closed', 'failure', ['no']);
    await device.untilLink('deploymentBase', false);
    const second = await device.takeDeployment();
    expect(second.document.id).not.toBe(first.document.id);
    await device.feedback(second.href, 'closed', 'success');
    await device.putConfig({ version: TO.version });
    await plan.untilTask({ status: 'completed', attempt: 2 });
  });
});

describe('a cancellation', () => {
  it('is offered instead of the deployment, and is over with its answer', async () => {
    const { agentId, device } = await knownDevice();
    const plan = await planOf(agentId);
    const { href, document } = await device.takeDeployment();
    await device.feedback(href, 'proceeding', 'none');
    await client.cancelPlan(plan.id);
    const { _links } = await device.untilLink('cancelAction');
    // Points 4 and 9.
    expect(_links).toEqual({ cancelAction: { href: `${device.at}/cancelAction/${document.id}` } });
    const cancel = _links.cancelAction?.href ?? '';
    const answer = await device.get(cancel);
    expect([answer.status, answer.json]).toEqual([
      200,
      { id: document.id, cancelAction: { stopId: document.id } },
    ]);
    expect((await device.get(href)).status).toBe(404);
    expect((await device.get(`${device.at}/cancelAction/1`)).status).toBe(404);
    // Until it is answered, nothing new is offered.
    const next = await planOf(agentId);
    await next.untilTask({ status: 'dispatched' });
    expect((await device.poll())._links).toEqual(_links);
    expect((await device.feedback(cancel, 'proceeding', 'none')).status).toBe(200);
    expect((await device.feedback(cancel, 'closed', 'success')).status).toBe(200);
    await device.untilLink('cancelAction', false);
    expect((await device.takeDeployment()).document.id).not.toBe(document.id);
    // Point 11.
    expect((await device.feedback(cancel, 'closed', 'success')).status).toBe(200);
    await client.cancelPlan(next.id);
  });

  it('that a device refuses is not offered again, and nothing new is until the device is through', async () => {
    const { agentId, device } = await knownDevice();
    const plan = await planOf(agentId);
    const { href } = await device.takeDeployment();
    await client.cancelPlan(plan.id);
    const { _links } = await device.untilLink('cancelAction');
    await device.feedback(_links.cancelAction?.href ?? '', 'rejected', 'none', ['too late']);
    const next = await planOf(agentId);
    await next.untilTask({ status: 'dispatched' });
    expect((await device.poll())._links).toEqual({});
    await device.feedback(href, 'closed', 'failure');
    expect((await device.takeDeployment()).href).not.toBe(href);
    await client.cancelPlan(next.id);
  });

  it('that nobody answers is given up', async () => {
    const { agentId, device } = await knownDevice(hasty);
    const plan = await planOf(agentId);
    const { href } = await device.takeDeployment();
    await client.cancelPlan(plan.id);
    await device.untilLink('cancelAction');
    const next = await planOf(agentId);
    expect((await device.takeDeployment()).href).not.toBe(href);
    expect((await device.poll())._links.cancelAction).toBeUndefined();
    expect((await device.feedback(href, 'closed', 'success')).status).toBe(200);
    await client.cancelPlan(next.id);
  });

  it('does not come to a device that never asked what its task is', async () => {
    const { agentId, device } = await knownDevice();
    const plan = await planOf(agentId);
    await device.untilLink('deploymentBase');
    await client.cancelPlan(plan.id);
    const { _links } = await device.untilLink('deploymentBase', false);
    expect(_links).toEqual({});
  });
});

it('a device is offered nothing where there is nothing that it could install', async () => {
  const { agentId, device } = await knownDevice();
  const plan = await planOf(agentId, { toRelease: 'none' });
  await plan.untilTask({ status: 'dispatched' });
  expect((await device.poll())._links).toEqual({});
  const release = { componentName: COMPONENT, version: TO.version, release: 'none' };
  const artifact = { filename: 'a.swu', size: 1, sha256: 'a'.repeat(64), sha1: 'b'.repeat(40) };
  await client.putRelease(release, [{ ...artifact, url: 'https://files.example/a.swu' }]);
  const { document } = await device.takeDeployment();
  expect(document.deployment.chunks[0]?.artifacts[0]?._links).toEqual({
    download: { href: 'https://files.example/a.swu' },
  });
  await client.cancelPlan(plan.id);
});

it('polls are far between until a plan is at the device, and never in step', async () => {
  const { agentId, device } = await knownDevice();
  const sleeps = async (count: number) => {
    const answers = await Promise.all(Array.from({ length: count }, () => device.poll()));
    return answers.map(({ config }) => {
      const { sleep } = config.polling;
      // Point 2.
      expect(sleep).toMatch(/^\d\d:[0-5]\d:[0-5]\d$/);
      const [hours = 0, minutes = 0, seconds = 0] = sleep.split(':').map(Number);
      return hours * 3_600 + minutes * 60 + seconds;
    });
  };
  const idle = await sleeps(30);
  expect(Math.min(...idle)).toBeGreaterThanOrEqual(250);
  expect(Math.max(...idle)).toBeLessThanOrEqual(350);
  expect(new Set(idle).size).toBeGreaterThan(5);
  const plan = await planOf(agentId);
  await device.untilLink('deploymentBase');
  const active = await sleeps(30);
  expect(Math.min(...active)).toBeGreaterThanOrEqual(25);
  expect(Math.max(...active)).toBeLessThanOrEqual(35);
  await client.cancelPlan(plan.id);
});

it('what a device has said once is heard though the queues were lost with it', async () => {
  const { agentId, device } = await knownDevice();
  const plan = await planOf(agentId);
  const { href } = await device.takeDeployment();
  await plan.untilTask({ status: 'dispatched' });
  await gradus.workers[0]?.kill('SIGKILL');
  await device.feedback(href, 'closed', 'failure', ['said once']);
  expect(await wipeQueues(gradus.namespace)).toBeGreaterThan(0);
  await gradus.addWorker();
  const heard = plan.untilTask({ status: 'failed', error: 'upgrade failed: said once' });
  await waitFor(
    async () => {
      await device.poll();
      return (await plan.task()).status === 'failed';
    },
    { what: 'the failure to be said again', timeoutMs: 20_000 },
  );
  await heard;
});
