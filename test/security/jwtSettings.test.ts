// How JWTs are set up: other claims, other algorithms, a key set in a file, a provider that is not there yet, and
// what the api refuses to start with.
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { readSettings } from '../../apps/api/src/settings.js';
import { type Gradus, startGradus } from '../support/gradus.js';
import { type Ask, BASE, createAsk } from '../support/http.js';
import { type Issuer, type SigningKey, startIssuer } from '../support/issuer.js';
import { expectProblem } from '../support/problems.js';
import { startApp } from '../support/processes.js';
import { waitFor } from '../support/waitFor.js';

const AGENTS = `${BASE}/agents`;
const PER_TOKEN = 5;
/** Both are as short as the settings allow. */
const ASKED_AGAIN = { what: 'the key set to be read again', timeoutMs: 25_000 };

let issuer: Issuer;
let folder: string;
const running: Gradus[] = [];

const start = async (env: Record<string, string>): Promise<{ gradus: Gradus; ask: Ask }> => {
  const gradus = await startGradus({ workers: 0, env: { ...issuer.env, ...env } });
  running.push(gradus);
  return { gradus, ask: createAsk(gradus) };
};
const as = (ask: Ask, token: string) => ask('GET', AGENTS, { authorization: `Bearer ${token}` });

beforeAll(async () => {
  issuer = await startIssuer();
  folder = await mkdtemp(join(tmpdir(), 'gradus-jwks-'));
});
afterAll(async () => {
  await Promise.all(running.map((gradus) => gradus.stop()));
  await issuer.stop();
  await rm(folder, { recursive: true });
});

describe('an api that is told so', () => {
  let ask: Ask;
  let key: SigningKey;
  beforeAll(async () => {
    key = await issuer.makeKey('ES256');
    issuer.publish(key);
    const env = {
      GRADUS_JWT_SCOPE_CLAIM: 'scp',
      GRADUS_JWT_ALGORITHMS: 'ES256',
      GRADUS_JWT_CLOCK_SKEW: '0s',
      GRADUS_JWKS_REFRESH: '5s',
    };
    ({ ask } = await start(env));
  });

  it('reads the scopes from another claim, as a list or as words', async () => {
    for (const scp of [['openid', 'agents:read'], 'openid agents:read']) {
      const answer = await as(ask, await issuer.token({ sub: 'scp', scp, scope: undefined }, key));
      expect(answer.status).toBe(200);
    }
    for (const scp of [undefined, [['agents:read']], { 'agents:read': true }]) {
      const answer = await as(ask, await issuer.token({ sub: 'scp', scp, scope: 'agents:read' }, key));
      expectProblem(answer, 403, 'forbidden');
    }
  });

  it('takes no algorithm but those that were named, whatever the issuer publishes', async () => {
    const rsa = await issuer.makeKey('RS256');
    issuer.publish(key, rsa);
    const answer = await as(ask, await issuer.token({ scp: 'agents:read' }, rsa));
    expectProblem(answer, 401, 'unauthenticated', { detail: expect.stringContaining('algorithm') });
  });

  it('forgets a key that was taken out of the set, for tokens that it had verified too', async () => {
    const withdrawn = await issuer.makeKey('ES256');
    issuer.publish(key, withdrawn);
    const token = await issuer.token({ sub: 'withdrawn', scp: 'agents:read' }, withdrawn);
    await waitFor(async () => (await as(ask, token)).status === 200, ASKED_AGAIN);
    issuer.publish(key);
    const refused = await waitFor(async () => {
      const answer = await as(ask, token);
      return answer.status !== 200 && answer;
    }, ASKED_AGAIN);
    expectProblem(refused, 401, 'unauthenticated', { detail: expect.stringContaining('publish') });
  }, 60_000);
});

it('what one subject asks is counted together, however many tokens it has', async () => {
  const key = await issuer.makeKey();
  issuer.publish(key);
  const { ask } = await start({ GRADUS_RATE_PER_TOKEN: String(PER_TOKEN) });
  const tokens = await Promise.all(
    Array.from({ length: 10 * PER_TOKEN }, (_, jti) => issuer.token({ sub: 'eager', jti: String(jti) }, key)),
  );
  const calm = await issuer.token({ sub: 'calm' }, key);
  const answers = await Promise.all(tokens.map((token) => as(ask, token)));
  expect((await as(ask, calm)).status).toBe(200);
  const refused = answers.find(({ status }) => status !== 200);
  expectProblem(refused ?? expect.unreachable('nothing was refused'), 429, 'rate-limited');
}, 60_000);

it('a key set in a file is read like one at an address, and again where a token names a new key', async () => {
  const file = join(folder, 'jwks.json');
  const write = async (...keys: SigningKey[]) => {
    await writeFile(`${file}.new`, JSON.stringify({ keys: keys.map(({ jwk }) => jwk) }));
    await rename(`${file}.new`, file);
  };
  const [first, next] = [await issuer.makeKey('EdDSA'), await issuer.makeKey('PS256')];
  await write(first);
  const { ask } = await start({ GRADUS_JWKS_URL: pathToFileURL(file).href });
  expect((await as(ask, await issuer.token({}, first))).status).toBe(200);
  const token = await issuer.token({}, next);
  expect((await as(ask, token)).status).toBe(401);
  await write(first, next);
  await waitFor(async () => (await as(ask, token)).status === 200, ASKED_AGAIN);
}, 60_000);

it('an api that has never read the key set takes static keys, answers JWTs 503, and comes round by itself', async () => {
  const key = await issuer.makeKey();
  issuer.publish(key);
  await issuer.goDown();
  try {
    const { gradus, ask } = await start({ GRADUS_JWKS_REFRESH: '5s' });
    expect((await ask('GET', AGENTS)).status).toBe(200);
    const token = await issuer.token({}, key);
    expectProblem(await as(ask, token), 503, 'unavailable');
    const told = await waitFor(
      () => gradus.api.log.find(({ msg }) => msg.startsWith('the key set of the issuer cannot be read')),
      { what: 'the log to say so' },
    );
    expect(told).toMatchObject({ level: 40 });
    expect(JSON.stringify(gradus.api.log)).not.toContain(token);
    await issuer.comeUp();
    await waitFor(async () => (await as(ask, token)).status === 200, ASKED_AGAIN);
  } finally {
    await issuer.goDown();
    await issuer.comeUp();
  }
}, 60_000);

describe('the api does not start', () => {
  const KEYS = JSON.stringify([{ name: 'k', sha256: '0'.repeat(64), scopes: ['plans:read'] }]);
  const JWTS = {
    GRADUS_JWKS_URL: 'https://identity.test/jwks.json',
    GRADUS_JWT_ISSUER: 'https://identity.test/',
    GRADUS_JWT_AUDIENCE: 'gradus',
  };
  const faultsOf = (env: Record<string, string>): string => {
    try {
      readSettings({ REDIS_URL: 'redis://127.0.0.1', ...env });
    } catch (error) {
      return String(error);
    }
    return '';
  };

  it('with half of what JWTs take, and names the other half', async () => {
    const env = { REDIS_URL: inject('redisUrl'), GRADUS_API_KEYS: KEYS, PORT: '0' };
    const { GRADUS_JWKS_URL } = JWTS;
    const fault = await startApp('api', { ...env, GRADUS_JWKS_URL }).then(
      () => expect.unreachable('it came up'),
      (error: unknown) => String(error),
    );
    expect(fault).toContain('ended: {"code":1');
    expect(fault).toContain('GRADUS_JWT_ISSUER: must be set, because GRADUS_JWKS_URL is');
    expect(fault).toContain('GRADUS_JWT_AUDIENCE: must be set, because GRADUS_JWKS_URL is');
    for (const missing of Object.keys(JWTS)) {
      const faults = faultsOf({ GRADUS_API_KEYS: KEYS, ...JWTS, [missing]: '' });
      expect(faults).toContain(`${missing}: must be set, because`);
    }
  });

  it('with neither keys nor JWTs, and does with either', () => {
    expect(faultsOf({})).toContain('GRADUS_API_KEYS');
    expect(faultsOf({})).toContain('GRADUS_JWKS_URL');
    expect(faultsOf({ GRADUS_JWT_CLOCK_SKEW: '10s' })).toContain('GRADUS_API_KEYS');
    expect(faultsOf(JWTS)).toBe('');
    expect(faultsOf({ GRADUS_API_KEYS: KEYS })).toBe('');
  });

  it.each([
    ['GRADUS_JWKS_URL', 'http://identity.test/jwks.json', /https/],
    ['GRADUS_JWKS_URL', 'http://127.0.0.1.identity.test/jwks.json', /https/],
    ['GRADUS_JWKS_URL', 'https://user:secret@identity.test/jwks.json', /without a password/],
    ['GRADUS_JWKS_URL', 'data:application/json,{}', /https/],
    ['GRADUS_JWKS_URL', 'file://elsewhere/jwks.json', /https/],
    ['GRADUS_JWKS_URL', 'jwks.json', /https/],
    ['GRADUS_JWT_ALGORITHMS', 'RS256,HS256', /one or more of RS256/],
    ['GRADUS_JWT_ALGORITHMS', 'none', /one or more of RS256/],
    ['GRADUS_JWT_ALGORITHMS', ',', /one or more of RS256/],
    ['GRADUS_JWT_CLOCK_SKEW', '6m', /at most 5m/],
    ['GRADUS_JWKS_REFRESH', '1s', /from 5s to 1d/],
    ['GRADUS_JWKS_REFRESH', '30d', /from 5s to 1d/],
    ['GRADUS_JWT_SCOPE_CLAIM', 'two words', /without spaces/],
    ['GRADUS_TRUST_PROXY', 'yes', /true or false/],
  ])('with %s=%s, and says what is accepted', (variable, value, accepted) => {
    const faults = faultsOf({ GRADUS_API_KEYS: KEYS, ...JWTS, [variable]: value });
    expect(faults).toMatch(accepted);
    expect(faults).toContain(variable);
    expect(faults).not.toContain('secret');
  });

  it('with a key by the name that Gradus has for itself', () => {
    const keys = KEYS.replace('"k"', '"gradus"');
    expect(faultsOf({ GRADUS_API_KEYS: keys })).toMatch(/GRADUS_API_KEYS\.0\.name: must not be gradus/);
  });

  it.each([
    'http://127.0.0.1:8080/jwks',
    'http://localhost/jwks',
    'http://[::1]/jwks',
    'file:///etc/jwks.json',
  ])('with others, but does with %s', (url) => expect(faultsOf({ ...JWTS, GRADUS_JWKS_URL: url })).toBe(''));
});
