// What `npm start` makes of the environment.
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { readDemoSettings } from './demoSettings.mjs';

const ROOT = '/clone';
const sha256 = (/** @type {string} */ token) => createHash('sha256').update(token).digest('hex');

test('without any setting there is a demo with a token of its own, which the api takes', () => {
  const settings = readDemoSettings({}, ROOT);
  expect(settings).toMatchObject({
    host: '127.0.0.1',
    port: 3000,
    dataFolder: '/clone/.gradus',
    workers: 1,
    demoAgents: 50,
  });
  expect(JSON.parse(settings.apiKeys)).toEqual([
    {
      name: 'demo',
      sha256: sha256(settings.token ?? ''),
      scopes: expect.arrayContaining(['plans:write', 'agents:check-in']),
    },
  ]);
  expect(readDemoSettings({}, ROOT).token).not.toBe(settings.token);
});

test('GRADUS_DEMO_TOKEN fixes the token', () => {
  expect(readDemoSettings({ GRADUS_DEMO_TOKEN: 'fixed' }, ROOT).token).toBe('fixed');
});

test('where the operator gives keys, none is made up, and without a token there is no fleet', () => {
  const settings = readDemoSettings({ GRADUS_API_KEYS: '[]' }, ROOT);
  expect(settings).toMatchObject({ apiKeys: '[]', token: null, demoAgents: 0 });
});

test('where the operator gives keys and the token of one, the fleet runs with that', () => {
  const settings = readDemoSettings({ GRADUS_API_KEYS: '[]', GRADUS_DEMO_TOKEN: 'known' }, ROOT);
  expect(settings).toMatchObject({ apiKeys: '[]', token: 'known', demoAgents: 50 });
});

test.each([
  ['PORT', '70000'],
  ['PORT', 'http'],
  ['GRADUS_WORKERS', '0'],
  ['GRADUS_DEMO_AGENTS', '-1'],
])('%s=%s is refused', (name, value) => {
  expect(() => readDemoSettings({ [name]: value }, ROOT)).toThrow(
    expect.objectContaining({ code: 'invalid-setting' }),
  );
});
