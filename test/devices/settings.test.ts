// What is set for devices that speak DDI: what is taken, and what keeps the api from starting.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { readSettings } from '../../apps/api/src/settings.js';
import { makeDeviceToken } from './ddiDevice.js';

const folder = mkdtempSync(join(tmpdir(), 'gradus-ddi-settings-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const { token } = makeDeviceToken('one', 'device-1');
const TOKENS = JSON.stringify([token]);
const read = (env: Record<string, string>) =>
  readSettings({
    REDIS_URL: 'redis://127.0.0.1',
    GRADUS_API_KEYS: JSON.stringify([{ name: 'k', sha256: '0'.repeat(64), scopes: [] }]),
    ...env,
  });

it('without tokens there are no devices; with them the proof has to be chosen', () => {
  expect(read({}).ddi).toBeNull();
  expect(() => read({ GRADUS_DDI_TOKENS: TOKENS })).toThrow('GRADUS_DDI_PROOF');
  const proofOf = (text: string) => read({ GRADUS_DDI_TOKENS: TOKENS, GRADUS_DDI_PROOF: text }).ddi?.proof;
  expect(proofOf('success')).toEqual({ by: 'success' });
  expect(proofOf('version=sw')).toEqual({ by: 'attributes', version: 'sw', release: null });
  expect(proofOf('version=sw,release=b')).toEqual({ by: 'attributes', version: 'sw', release: 'b' });
  for (const wrong of ['yes', 'version=', 'release=b', 'version=a,version=b']) {
    expect(() => proofOf(wrong), wrong).toThrow('GRADUS_DDI_PROOF: must be success');
  }
});

it('the tokens may be in a file', () => {
  const file = join(folder, 'tokens.json');
  writeFileSync(file, TOKENS);
  const env = { GRADUS_DDI_TOKENS: pathToFileURL(file).href, GRADUS_DDI_PROOF: 'success' };
  expect(read(env).ddi?.tokens).toEqual([token]);
});

it.each([
  ['no JSON', '{'],
  ['a file that is not there', 'file:///nowhere/tokens.json'],
  ['none', '[]'],
  ['a token in the clear', JSON.stringify([{ ...token, sha256: undefined, token: 'clear' }])],
  ['a tenant at whose place something else is', JSON.stringify([{ ...token, tenant: 'api' }])],
])('%s is refused, and not told', (_, tokens) => {
  const refused = () => read({ GRADUS_DDI_TOKENS: tokens, GRADUS_DDI_PROOF: 'success' });
  expect(refused).toThrow('GRADUS_DDI_TOKENS');
  expect(refused).not.toThrow('clear');
});

it.each([
  ['file:///var/lib/gradus', { kind: 'folder', path: '/var/lib/gradus' }],
  [
    's3://bucket/some/where?region=eu-central-1',
    { bucket: 'bucket', prefix: 'some/where/', region: 'eu-central-1' },
  ],
  ['s3://KEY:a%2Fb@bucket?endpoint=https://minio.example', { forcePathStyle: true, prefix: '' }],
])('artifacts may be kept in %s', (place, wanted) => {
  expect(read({ GRADUS_ARTIFACTS: place }).artifactsPlace).toMatchObject(wanted);
});

it.each(['/var/lib', 'https://bucket', 's3://KEY@bucket', 's3://b?endpoint=minio'])('not in %s', (place) => {
  expect(() => read({ GRADUS_ARTIFACTS: place })).toThrow('GRADUS_ARTIFACTS: must be a folder');
});
