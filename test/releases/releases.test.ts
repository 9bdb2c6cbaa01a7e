// Releases: what is said of them, when they stay what they are, and which plans they let be made.
import { type Client, createClient } from '@gradus/client';
import type { ReleaseId } from '@gradus/domain';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registerAgents } from '../support/agents.js';
import { TO, UPGRADE } from '../support/fleet.js';
import { type Gradus, startGradus } from '../support/gradus.js';
import { createHandLca, ON_TARGET, reportOn } from '../support/handLca.js';
import { type Ask, BASE, createAsk } from '../support/http.js';
import { expectFaults, expectProblem } from '../support/problems.js';
import { waitFor } from '../support/waitFor.js';

let gradus: Gradus;
let client: Client;
let ask: Ask;

beforeAll(async () => {
  gradus = await startGradus({ env: { GRADUS_PUBLIC_URL: 'https://gradus.example/' } });
  client = createClient({ baseUrl: gradus.url, token: gradus.token });
  ask = createAsk(gradus);
});
afterAll(() => gradus.stop());

const ELSEWHERE = {
  filename: 'firmware.swu',
  size: 42,
  sha256: 'AB'.repeat(32),
  url: 'https://files.example/firmware.swu',
};
const SHOWN = {
  ...ELSEWHERE,
  sha256: 'ab'.repeat(32),
  sha1: null,
  md5: null,
  signature: null,
  publicKeyId: null,
};
const idOf = (componentName: string, release = TO.release): ReleaseId => ({
  componentName,
  version: TO.version,
  release,
});
const pathOf = (componentName: string, release = TO.release) =>
  `${BASE}/releases/${encodeURIComponent(componentName)}/${TO.version}/${release}`;

/** Registers an agent of one component, and gives it a hand. */
async function agentOf(componentName: string, prefix: string) {
  const agentId = `${prefix}-0`;
  const lcaUuid = `lca-${prefix}`;
  const facts = { runtimeStatus: 'running', actualVersion: '1.2.0', actualRelease: '215' };
  await client.putAgent(agentId, { lcaUuid, components: [{ componentName, ...facts }] });
  return { agentIds: [agentId], lca: createHandLca(client, lcaUuid) };
}

describe('a release', () => {
  it('is stated, read, listed and removed, whatever its component is called', async () => {
    const id = idOf('ström/a b');
    expect(await client.putRelease(id, [ELSEWHERE])).toEqual({
      ...id,
      artifacts: [SHOWN],
      createdAt: expect.any(String),
      used: false,
    });
    expect((await ask('PUT', pathOf('ström/a b'), { json: { artifacts: [ELSEWHERE] } })).status).toBe(200);
    expect((await client.getRelease(id)).artifacts).toEqual([SHOWN]);
    for (const release of ['1', '2', '3']) await client.putRelease(idOf('listed', release), []);
    const listed: string[] = [];
    for await (const { release } of client.listReleases({ componentName: 'listed', limit: 2 })) {
      listed.push(release);
    }
    expect(listed).toEqual(['1', '2', '3']);
    await client.deleteRelease(id);
    await expect(client.getRelease(id)).rejects.toMatchObject({ status: 404, code: 'not-found' });
    await expect(client.deleteRelease(id)).rejects.toMatchObject({ status: 404, code: 'not-found' });
  });

  it('is refused with all that is wrong with it', async () => {
    const artifacts = [
      { filename: '../etc/passwd', size: 0, url: 'ftp://files.example/x' },
      { filename: 'never-uploaded.bin' },
      { ...ELSEWHERE, size: undefined },
      ELSEWHERE,
    ];
    expectFaults(await ask('PUT', pathOf('wrong'), { json: { artifacts, more: 1 } }), {
      'artifacts[0].filename': /1 to 128/,
      'artifacts[0].size': /from 1/,
      'artifacts[0].sha256': /required/,
      'artifacts[0].url': /http/,
      'artifacts[2].size': /required/,
      'artifacts[3].filename': /already/,
      more: /not known/,
    });
    const json = { artifacts: [{ filename: 'never-uploaded.bin' }] };
    expectFaults(await ask('PUT', pathOf('wrong'), { json }), { 'artifacts[0].url': /nothing was uploaded/ });
  });

  it('takes no upload where there is no place for it', async () => {
    const headers = { 'content-type': 'application/octet-stream' };
    const answer = await ask('PUT', `${pathOf('nowhere')}/artifacts/a.bin`, { body: 'x', headers });
    expectProblem(answer, 404, 'not-found');
  });
});

describe('the artifacts of a task', () => {
  it('are those of its target, and stay what they are from the plan on', async () => {
    const { agentIds, lca } = await agentOf('stays', 'stays');
    const signed = { ...ELSEWHERE, signature: 'c2lnbmVk', publicKeyId: 'build-2026' };
    await client.putRelease(idOf('stays'), [signed]);
    const { id } = await client.createPlan({ ...UPGRADE, agentIds });
    const task = await lca.takeTask();
    expect(task.artifacts).toEqual([{ ...SHOWN, signature: 'c2lnbmVk', publicKeyId: 'build-2026' }]);

    expect(await client.getRelease(idOf('stays'))).toMatchObject({ used: true });
    const changed = await ask('PUT', pathOf('stays'), { json: { artifacts: [{ ...signed, size: 43 }] } });
    expectProblem(changed, 409, 'release-in-use', { planId: id });
    expect((await ask('PUT', pathOf('stays'), { json: { artifacts: [signed] } })).status).toBe(200);
    expectProblem(await ask('DELETE', pathOf('stays')), 409, 'release-in-use', { planId: id });

    await lca.checkIn([reportOn(task, 'completed', ON_TARGET)]);
    await waitFor(async () => (await client.getPlanSummary(id)).status === 'completed', { what: 'the end' });
    expectProblem(await ask('PUT', pathOf('stays'), { json: { artifacts: [] } }), 409, 'release-in-use', {
      planId: id,
    });
  });

  it('are none where the target is no release, and come where it is stated later', async () => {
    const { agentIds, lca } = await agentOf('late', 'late');
    const { id } = await client.createPlan({ ...UPGRADE, agentIds });
    expect((await lca.takeTask()).artifacts).toEqual([]);
    await client.putRelease(idOf('late'), [ELSEWHERE]);
    const other = await ask('PUT', pathOf('late'), { json: { artifacts: [] } });
    expectProblem(other, 409, 'release-in-use', { planId: id });
    await client.cancelPlan(id);
  });

  it('are not held by a dry run', async () => {
    const agentIds = await registerAgents(client, 'dry', 1);
    await client.putRelease(idOf('zmetis'), [ELSEWHERE]);
    await client.createPlan({ ...UPGRADE, agentIds }, { dryRun: true });
    expect(await client.getRelease(idOf('zmetis'))).toMatchObject({ used: false });
    await client.deleteRelease(idOf('zmetis'));
  });
});

it('a rollback to a release that is gone is refused, and is made once the release is back as it was', async () => {
  const { agentIds, lca } = await agentOf('back', 'back');
  const before = { componentName: 'back', version: '1.2.0', release: '215' };
  await client.putRelease(before, [ELSEWHERE]);
  const there = await client.createPlan({
    ...UPGRADE,
    fromVersion: '1.2.0',
    toVersion: '1.2.0',
    toRelease: '216',
    agentIds,
  });
  const task = await lca.takeTask();
  await lca.checkIn([reportOn(task, 'completed', { actualVersion: '1.2.0', actualRelease: '216' })]);
  await waitFor(async () => (await client.getPlanSummary(there.id)).status === 'completed', {
    what: 'an end',
  });
  // The rollback uses the release that it goes back to.
  const back = await client.rollbackPlan(there.id);
  await lca.checkIn([
    reportOn(await lca.takeTask(), 'completed', { actualVersion: '1.2.0', actualRelease: '215' }),
  ]);
  await waitFor(async () => (await client.getPlanSummary(back.id)).status === 'completed', {
    what: 'its end',
  });

  const again = await client.createPlan({ ...UPGRADE, agentIds });
  await lca.checkIn([reportOn(await lca.takeTask(), 'completed', ON_TARGET)]);
  await waitFor(async () => (await client.getPlanSummary(again.id)).status === 'completed', {
    what: 'it to end',
  });
  await client.deleteRelease(before);
  await expect(client.getRelease(before)).rejects.toMatchObject({ status: 404 });
  const refused = await ask('POST', `${BASE}/upgrade-plans/${again.id}/rollback`);
  expectProblem(refused, 422, 'unknown-release', { releases: [before], releaseCount: 1 });

  const path = `${BASE}/releases/back/1.2.0/215`;
  const other = await ask('PUT', path, { json: { artifacts: [{ ...ELSEWHERE, size: 1 }] } });
  expectProblem(other, 409, 'release-in-use', { planId: back.id });
  expect((await ask('PUT', path, { json: { artifacts: [ELSEWHERE] } })).status).toBe(201);
  expect((await client.rollbackPlan(again.id)).toVersion).toBe('1.2.0');
});

it('a rollback by the threshold to a release that is gone is not begun: the plan fails, and says so', async () => {
  const agentIds = ['gone-0', 'gone-1'];
  const components = [{ componentName: 'gone', actualVersion: '1.1.0', actualRelease: '1' }];
  for (const agentId of agentIds) await client.putAgent(agentId, { lcaUuid: 'lca-gone', components });
  const lca = createHandLca(client, 'lca-gone');
  const before = { componentName: 'gone', version: '1.2.0', release: '215' };
  const onBefore = { actualVersion: before.version, actualRelease: before.release };
  await client.putRelease(before, [ELSEWHERE]);
  const there = { ...UPGRADE, fromVersion: '1.1.0', toVersion: '1.2.0', toRelease: '215', agentIds };
  const { id } = await client.createPlan(there);
  await lca.checkIn((await lca.takeTasks(2)).map((task) => reportOn(task, 'completed', onBefore)));
  await waitFor(async () => (await client.getPlanSummary(id)).status === 'completed', {
    what: 'the way there',
  });
  await client.deleteRelease(before);

  const plan = await client.createPlan({
    ...UPGRADE,
    agentIds,
    failureThreshold: 0,
    onThreshold: 'rollback',
  });
  const [first, second] = await lca.takeTasks(2);
  if (first === undefined || second === undefined) return expect.unreachable();
  await lca.checkIn([reportOn(first, 'completed', ON_TARGET)]);
  await lca.checkIn([reportOn(second, 'failed')]);
  const { error } = await waitFor(
    async () => {
      const summary = await client.getPlanSummary(plan.id);
      return summary.status === 'failed' && summary;
    },
    { what: 'the plan to fail' },
  );
  expect(error).toContain('unknown-release');
});

it('where releases are required, a plan to what is none is refused, and nothing is left of it', async () => {
  const api = await gradus.addApi({ env: { GRADUS_REQUIRE_RELEASES: 'true' } });
  const strict = createAsk({ url: String(api.ready['url']), token: gradus.token });
  const agentIds = await registerAgents(client, 'strict', 2);
  const json = { ...UPGRADE, agentIds };
  const told = { releases: [idOf('zmetis')], releaseCount: 1 };
  for (const path of [`${BASE}/upgrade-plans?dryRun=true`, `${BASE}/upgrade-plans`]) {
    expectProblem(await strict('POST', path, { json }), 422, 'unknown-release', told);
  }
  // A refused plan does not count as one that has used it.
  await client.putRelease(idOf('zmetis'), [ELSEWHERE]);
  expect(await client.getRelease(idOf('zmetis'))).toMatchObject({ used: false });
  expect((await strict('POST', `${BASE}/upgrade-plans`, { json })).status).toBe(200);
});
