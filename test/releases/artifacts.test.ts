// Uploaded artifacts: kept whole or not at all, in a folder or a bucket, and had again in ranges by who may.
import { createHash, randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { type Client, createClient } from '@gradus/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registerAgents } from '../support/agents.js';
import { makeApiKey } from '../support/apiKeys.js';
import { makeArtifactFolder } from '../support/artifactFolder.js';
import { TO, UPGRADE } from '../support/fleet.js';
import { type Gradus, startGradus } from '../support/gradus.js';
import { createHandLca, reportOn } from '../support/handLca.js';
import { type Ask, BASE, createAsk } from '../support/http.js';
import { expectFaults, expectProblem } from '../support/problems.js';
import { waitFor } from '../support/waitFor.js';
import { startS3Server } from './s3Server.js';

const folder = makeArtifactFolder();
const s3 = await startS3Server();
afterAll(() => s3.stop());
const mine = makeApiKey('mine', ['agents:check-in'], 'lca-mine');
const theirs = makeApiKey('theirs', ['agents:check-in'], 'lca-theirs');

let gradus: Gradus;
let client: Client;
let ask: Ask;
let bucketAsk: Ask;

beforeAll(async () => {
  gradus = await startGradus({
    keys: [mine.key, theirs.key],
    env: { ...folder.env, GRADUS_ARTIFACT_LIMIT: '20000000' },
  });
  client = createClient({ baseUrl: gradus.url, token: gradus.token });
  ask = createAsk(gradus);
  const bucketApi = await gradus.addApi({ env: s3.env });
  bucketAsk = createAsk({ url: String(bucketApi.ready['url']), token: gradus.token });
});
afterAll(() => gradus.stop());

const headers = { 'content-type': 'application/octet-stream' };
const hash = (name: string, bytes: Uint8Array) => createHash(name).update(bytes).digest('hex');
const at = (release: string, filename = 'a.bin') =>
  `${BASE}/releases/kept/1.0.0/${release}/artifacts/${filename}`;
/** More than a bucket takes in one part. */
const LARGE = randomBytes(11_000_000);

async function bytesOf(url: string, token: string, range?: string) {
  const response = await fetch(url, {
    headers: { authorization: `Bearer ${token}`, ...(range === undefined ? {} : { range }) },
  });
  return {
    status: response.status,
    headers: response.headers,
    bytes: Buffer.from(await response.arrayBuffer()),
  };
}

describe.each(['folder', 'bucket'] as const)('in a %s', (place) => {
  const asked = () => (place === 'folder' ? ask : bucketAsk);
  const kept = () => (place === 'folder' ? folder.names() : [...s3.objects.keys()]);

  it('a file is kept with its hashes, and had again whole or in parts', async () => {
    const path = at(`${place}-1`);
    const sha256 = hash('sha256', LARGE);
    const before = kept().length;
    const uploaded = await asked()('PUT', `${path}?sha256=${sha256}&signature=s`, { body: LARGE, headers });
    expect(uploaded.status, uploaded.text).toBe(201);
    const facts = { size: LARGE.length, sha256, sha1: hash('sha1', LARGE), md5: hash('md5', LARGE) };
    const { artifacts } = uploaded.json as { artifacts: { url: string }[] };
    const [{ url } = { url: '' }] = artifacts;
    expect(artifacts).toEqual([{ filename: 'a.bin', ...facts, url, signature: 's', publicKeyId: null }]);
    expect(kept()).toHaveLength(before + 1);

    const whole = await bytesOf(url, gradus.token);
    expect(whole.status).toBe(200);
    expect(whole.bytes.equals(LARGE)).toBe(true);
    expect(whole.headers.get('accept-ranges')).toBe('bytes');
    const rest = await bytesOf(url, gradus.token, 'bytes=10999990-');
    expect([rest.status, rest.headers.get('content-range')]).toEqual([
      206,
      'bytes 10999990-10999999/11000000',
    ]);
    expect(rest.bytes.equals(LARGE.subarray(10_999_990))).toBe(true);
    const beyond = await bytesOf(url, gradus.token, 'bytes=11000000-');
    expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, 'bytes */11000000']);
    const head = await asked()('HEAD', path);
    expect([head.status, head.headers.get('content-length'), head.text]).toEqual([200, '11000000', '']);
  });

  it('what is not what it was said to be leaves nothing', async () => {
    const before = kept();
    const query = `sha256=${'0'.repeat(64)}&md5=${'0'.repeat(32)}`;
    const refused = await asked()('PUT', `${at(`${place}-2`)}?${query}`, { body: LARGE, headers });
    expectFaults(refused, { 'query.sha256': /is not that of the content/, 'query.md5': /content/ });
    expect((await asked()('GET', `${BASE}/releases/kept/1.0.0/${place}-2`)).status).toBe(404);
    expect(kept()).toEqual(before);
    expect(s3.openUploads()).toBe(0);
  });

  it('what is replaced goes, and what is removed goes', async () => {
    const before = kept().length;
    const upload = (body: string, filename: string) =>
      asked()('PUT', at(`${place}-3`, filename), { body, headers });
    expect((await upload('one', 'a.bin')).status).toBe(201);
    expect((await upload('two', 'a.bin')).status).toBe(200);
    expect((await upload('three', 'b.bin')).json).toMatchObject({
      artifacts: [{ filename: 'a.bin', size: 3 }, { filename: 'b.bin' }],
    });
    expect(kept()).toHaveLength(before + 2);
    const path = `${BASE}/releases/kept/1.0.0/${place}-3`;
    const json = { artifacts: [{ filename: 'b.bin', sha1: hash('sha1', Buffer.from('three')) }] };
    expect((await asked()('PUT', path, { json })).status).toBe(200);
    expect(kept()).toHaveLength(before + 1);
    expect((await asked()('DELETE', path)).status).toBe(204);
    expect(kept()).toHaveLength(before);
  });
});

it('an upload that breaks off, by its client or by the death of its api, leaves nothing half there', async () => {
  const before = folder.names();
  const api = await gradus.addApi();
  const beginUpload = (url: string) => {
    const options = {
      method: 'PUT',
      headers: { ...headers, authorization: `Bearer ${gradus.token}`, 'content-length': LARGE.length },
    };
    const upload = request(`${url}${at('broken')}`, options);
    upload.on('error', () => undefined);
    upload.write(LARGE.subarray(0, 5_000_000));
    return upload;
  };
  const isBegun = { what: 'the upload to have begun' };
  const hungUp = beginUpload(gradus.url);
  await waitFor(() => folder.names().length > before.length, isBegun);
  hungUp.destroy();
  await waitFor(() => folder.names().length === before.length, { what: 'what broke off to go' });

  const killed = beginUpload(String(api.ready['url']));
  await waitFor(() => folder.names().length > before.length, isBegun);
  const closed = new Promise((resolve) => killed.once('close', resolve));
  await api.kill('SIGKILL');
  await closed;
  expectProblem(await ask('GET', `${BASE}/releases/kept/1.0.0/broken`), 404, 'not-found');
  expectProblem(await ask('GET', at('broken')), 404, 'not-found');
  expect((await ask('PUT', at('broken'), { body: LARGE, headers })).status).toBe(201);
});

it('refuses what is empty, too long, or not sent as bytes', async () => {
  expectFaults(await ask('PUT', at('bad'), { body: new Uint8Array(0), headers }), { body: /empty/ });
  expectProblem(await ask('PUT', at('bad'), { json: {} }), 415, 'unsupported-media-type');
  const endless = new ReadableStream<Uint8Array>({ pull: (stream) => stream.enqueue(LARGE) });
  expectProblem(await ask('PUT', at('bad'), { body: endless, headers }), 413, 'body-too-large');
});

it('an LCA downloads what it has a task for, with its own token, and no other LCA does', async () => {
  const id = { componentName: 'zmetis', version: TO.version, release: TO.release };
  const path = `${BASE}/releases/zmetis/${TO.version}/${TO.release}/artifacts/zmetis.tar`;
  expect((await ask('PUT', path, { body: 'content', headers })).status).toBe(201);
  const agentIds = await registerAgents(client, 'mine', 1);
  await client.createPlan({ ...UPGRADE, agentIds });
  const bound = createClient({ baseUrl: gradus.url, token: mine.token });
  const lca = createHandLca(bound, 'lca-mine');
  const task = await lca.takeTask();
  const [artifact = expect.unreachable('no artifact')] = task.artifacts;
  expect(artifact).toMatchObject({
    filename: 'zmetis.tar',
    size: 7,
    sha1: hash('sha1', Buffer.from('content')),
  });
  const part = await bytesOf(artifact.url, mine.token, 'bytes=3-');
  expect([part.status, part.bytes.toString()]).toEqual([206, 'tent']);
  expect((await bytesOf(artifact.url, theirs.token)).status).toBe(403);
  expect((await bytesOf(artifact.url.replace('lca-mine', 'lca-theirs'), theirs.token)).status).toBe(404);
  expect((await bytesOf(gradus.url + path, mine.token)).status).toBe(403);

  const names = folder.names();
  expect((await ask('PUT', path, { body: 'content', headers })).status).toBe(200);
  expect(folder.names()).toEqual(names);
  const used = await ask('PUT', path, { body: 'another', headers });
  expectProblem(used, 409, 'release-in-use', { planId: expect.any(String) });
  expect(folder.names()).toEqual(names);
  expect((await client.getRelease(id)).artifacts).toMatchObject([{ size: 7 }]);
  expect((await bytesOf(artifact.url, mine.token)).bytes.toString()).toBe('content');
  await lca.checkIn([reportOn(task, 'failed')]);
  await waitFor(async () => (await bytesOf(artifact.url, mine.token)).status === 404, {
    what: 'the task to be over, and its artifacts to be out of reach',
  });
});
