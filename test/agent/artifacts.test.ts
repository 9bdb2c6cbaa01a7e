// What an agent downloads: whole after any number of breaks, and nothing that is not what it is said to be.
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { waitFor } from '../support/waitFor.js';
import { COMPONENT, type Machine, makeMachine } from './machine.js';
import { type SmallApi, type Store, startSmallApi, startStore } from './smallApi.js';

vi.setConfig({ testTimeout: 120_000 });

const TOKEN = 'of-the-agent';
const ours = generateKeyPairSync('ed25519');
const theirs = generateKeyPairSync('ed25519');

let api: SmallApi;
let store: Store;
let machine: Machine;
let scrap: () => Promise<void>;

beforeAll(async () => {
  [api, store] = await Promise.all([startSmallApi(TOKEN), startStore()]);
  machine = makeMachine('press-9', TOKEN, (end) => {
    scrap = end;
  });
  machine.write('release.pub', ours.publicKey.export({ type: 'spki', format: 'pem' }).toString());
  // Takes the packages from where the agent has put them.
  machine.write(
    'upgrade.sh',
    '#!/bin/sh\nset -eu\ncd "$MACHINE"\necho "$GRADUS_TASK_UUID" >> runs\ncat "$GRADUS_ARTIFACTS"/* > got\n' +
      'ls "$GRADUS_ARTIFACTS" >> runs\ntar -xzf packages/hello-1.3.0.tar.gz -C root\n',
  );
  machine.startAgent(api.url, ['--public-key', `release-1=${machine.folder}/release.pub`]);
});
afterAll(async () => {
  await scrap();
  await Promise.all([api.stop(), store.stop()]);
});

/** An artifact that lies in the store, signed with our key where nothing else is said. */
function artifact(filename: string, content: Buffer, other: Record<string, unknown> = {}) {
  store.files.set(`/${filename}`, content);
  return {
    filename,
    size: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
    sha1: null,
    md5: null,
    url: `${store.url}/${filename}`,
    signature: sign(null, content, ours.privateKey).toString('base64'),
    publicKeyId: 'release-1',
    ...other,
  };
}

function order(artifacts: unknown[], toVersion = '1.3.0') {
  const instance = { componentUuid: 'c', componentInstanceUuid: 'i', componentName: COMPONENT };
  const target = { fromVersion: '1.2.0', toVersion, toRelease: '221', deadline: '2100-01-01T00:00:00.000Z' };
  return { agentId: 'press-9', taskType: 'update', ...instance, ...target, attempt: 1, artifacts };
}

test('files that are not what they are said to be fail the task, and its command is not run', async () => {
  const content = randomBytes(1_000);
  const changed = { sha256: '0'.repeat(64) };
  const cases: [string, unknown, RegExp][] = [
    ['hash', artifact('hash', content, changed), /^artifact hash: its sha256 is [0-9a-f]{64}, not 0{64}$/],
    ['short', artifact('short', content, { size: 900 }), /^artifact short: it is longer than 900 bytes$/],
    ['unsigned', artifact('unsigned', content, { signature: null }), /^artifact unsigned: it is not signed$/],
    [
      'foreign',
      artifact('foreign', content, { signature: sign(null, content, theirs.privateKey).toString('base64') }),
      /^artifact foreign: its signature is wrong$/,
    ],
    [
      'stranger',
      artifact('stranger', content, { publicKeyId: 'other' }),
      /^artifact stranger: the key other is not known$/,
    ],
    [
      'absent',
      artifact('absent', content, { url: `${store.url}/nowhere` }),
      /^artifact absent: 127\.0\.0\.1:\d+ answered 404$/,
    ],
    [
      'locked',
      artifact('locked', content, { url: `${store.url}/for-a-token` }),
      /^artifact locked: 127\.0\.0\.1:\d+ wants a token, and the agent's is for 127\.0\.0\.1:\d+ alone$/,
    ],
    [
      'way-out',
      artifact('way-out', content, { filename: '../way-out' }),
      /^artifact "\.\.\/way-out": it has a name/,
    ],
  ];
  for (const [name, one, error] of cases) {
    expect(await api.carryOut(`task-${name}`, order([one]))).toMatchObject({
      status: 'failed',
      error: expect.stringMatching(error),
    });
  }
  expect(machine.runs()).toEqual([]);
  expect(machine.installed()).toBe('1.2.0 215');
});

test('a download that breaks off goes on where it was, and the token stays with the api', async () => {
  const content = randomBytes(300_000);
  store.asked.length = 0;
  const part = 'state/tasks/task-good/artifacts/hello.bin.part';
  store.breakAfter(100_000, 2, (sent) =>
    waitFor(() => machine.has(part) && machine.size(part) === sent, {
      what: `${sent} bytes on the disk`,
      timeoutMs: 40_000,
    }),
  );
  const fromApi = artifact('zz.bin', Buffer.from('from the api'), { url: '/kept/zz.bin' });
  api.files.set('/kept/zz.bin', Buffer.from('from the api'));
  expect(await api.carryOut('task-good', order([artifact('hello.bin', content), fromApi]))).toMatchObject({
    status: 'completed',
    error: null,
  });
  expect(store.asked.map(({ range }) => range)).toEqual([undefined, 'bytes=100000-', 'bytes=200000-']);
  expect(store.asked.map(({ authorization }) => authorization)).toEqual([undefined, undefined, undefined]);
  expect(machine.runs()).toEqual(['task-good', 'hello.bin', 'zz.bin']);
  expect(machine.read('got')).toBe(`${content.toString('utf8')}from the api`);
  // What was installed from is not kept.
  expect(machine.has('state/tasks/task-good/artifacts')).toBe(false);
});

test('what is handed out again is said again, and not run', async () => {
  expect(await api.carryOut('task-good', order([]))).toMatchObject({ status: 'completed' });
  expect(machine.runs().filter((uuid) => uuid === 'task-good')).toHaveLength(1);
});
