// Browser sessions over HTTP: what the cookie is like, what it opens, for how long, and who may use it.
import { type Connection, connect } from '@gradus/redis';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { makeApiKey } from '../support/apiKeys.js';
import { beginSession, cookieOf, ofOwnPage, signIn } from '../support/browserSession.js';
import { type Gradus, startGradus } from '../support/gradus.js';
import { type Answer, type Ask, BASE, createAsk } from '../support/http.js';
import { type Issuer, secondsFromNow, startIssuer } from '../support/issuer.js';
import { findKeys } from '../support/namespace.js';
import { expectProblem } from '../support/problems.js';
import { type RunningApp, startApp } from '../support/processes.js';
import { waitFor } from '../support/waitFor.js';

const AGENTS = `${BASE}/agents`;
const PAUSE_ALL = `${BASE}/upgrade-plans:pause-all`;
const EIGHT_HOURS_S = 8 * 3_600;

const reader = makeApiKey('reader', ['agents:read']);
const gateway = makeApiKey('gateway', ['agents:read'], 'lca-1');

let issuer: Issuer;
let gradus: Gradus;
let ask: Ask;

beforeAll(async () => {
  issuer = await startIssuer();
  gradus = await startGradus({ workers: 0, keys: [reader.key, gateway.key], env: issuer.env });
  ask = createAsk(gradus);
});
afterAll(async () => {
  await gradus.stop();
  await issuer.stop();
});

/** As a page would, with what the browser adds. */
const by = (cookie: string, method: string, path: string, headers: Record<string, string> = {}) =>
  ask(method, path, { authorization: null, headers: { cookie, ...headers } });
const read = (cookie: string) => by(cookie, 'GET', '/session');

/** @returns the attributes of the one cookie that the answer sets, by their names in small letters */
function setCookieOf(answer: Response): Record<string, string> {
  const [set = '', ...others] = answer.headers.getSetCookie();
  expect(others).toEqual([]);
  const [pair = '', ...attributes] = set.split('; ');
  const [name = '', value = ''] = pair.split('=');
  return Object.fromEntries([
    ['name', name],
    ['value', value],
    ...attributes.map((attribute) => {
      const [key = '', given = ''] = attribute.split('=');
      return [key.toLowerCase(), given];
    }),
  ]);
}

describe('signing in', () => {
  it('answers 204 and a cookie that scripts cannot read, other sites do not send, and that says nothing', async () => {
    const answer = await beginSession(gradus.url, reader.token);
    expect(answer.status).toBe(204);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const cookie = setCookieOf(answer);
    expect(cookie).toEqual({
      name: 'gradus_session',
      value: expect.stringMatching(/^[\w-]{43}$/),
      path: '/',
      httponly: '',
      samesite: 'Strict',
      'max-age': String(EIGHT_HOURS_S),
    });
  });

  it('with a key lasts eight hours, and shows the key', async () => {
    const { status, json } = await read(await signIn(gradus, reader.token));
    expect(status).toBe(200);
    expect(json).toEqual({ subject: 'reader', scopes: ['agents:read'], expiresAt: expect.any(String) });
    const { expiresAt } = json as { expiresAt: string };
    const lastsS = (Date.parse(expiresAt) - Date.now()) / 1_000;
    expect(lastsS).toBeGreaterThan(EIGHT_HOURS_S - 60);
    expect(lastsS).toBeLessThanOrEqual(EIGHT_HOURS_S + 1);
  });

  it('with a JWT lasts as long as that, and no longer', async () => {
    const exp = secondsFromNow(8);
    const answer = await beginSession(gradus.url, await issuer.token({ sub: 'ada', exp }));
    expect(Number(setCookieOf(answer)['max-age'])).toBeLessThanOrEqual(8);
    const cookie = cookieOf(answer);
    expect((await read(cookie)).json).toMatchObject({
      subject: 'ada',
      expiresAt: new Date(exp * 1_000).toISOString(),
    });
    await waitFor(async () => (await read(cookie)).status === 401, {
      what: 'the session to be over',
      timeoutMs: 20_000,
    });
    expect(Date.now()).toBeGreaterThanOrEqual(exp * 1_000 - 1_000);
    expectProblem(await by(cookie, 'GET', AGENTS), 401, 'unauthenticated');
  });

  it('with a JWT that holds by the clock skew alone is refused', async () => {
    const late = await issuer.token({ exp: secondsFromNow(-10) });
    expect((await ask('GET', AGENTS, { authorization: `Bearer ${late}` })).status).toBe(200);
    const answer = await beginSession(gradus.url, late);
    expect(answer.status).toBe(401);
    expect(answer.headers.getSetCookie()).toEqual([]);
  });

  it.each([
    ['a token of nobody', { token: 'nobody' }, 401],
    ['no token', {}, 422],
    ['an unknown field', { token: 'nobody', remember: true }, 422],
  ])('with %s is refused', async (_, json, status) => {
    const answer = await ask('POST', '/session', {
      authorization: null,
      json,
      headers: ofOwnPage(gradus.url),
    });
    expect(answer.status, answer.text).toBe(status);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(answer.headers.get('set-cookie')).toBeNull();
  });

  it('from a page of another site is refused, so that nobody is signed in as somebody else', async () => {
    for (const headers of [{ origin: 'https://evil.test' }, { 'sec-fetch-site': 'cross-site' }, {}]) {
      const answer = await beginSession(gradus.url, reader.token, headers);
      expect(answer.status, JSON.stringify(headers)).toBe(403);
      expect(answer.headers.getSetCookie()).toEqual([]);
    }
  });

  it('makes an id of its own, whatever cookie was there, and ends the session that was', async () => {
    const chosen = 'gradus_session=chosen-by-somebody-else';
    const first = await beginSession(gradus.url, reader.token, { ...ofOwnPage(gradus.url), cookie: chosen });
    expect(cookieOf(first)).not.toBe(chosen);
    expect((await read(chosen)).status).toBe(401);
    const cookie = cookieOf(first);
    const second = await beginSession(gradus.url, gradus.token, { ...ofOwnPage(gradus.url), cookie });
    expect(cookieOf(second)).not.toBe(cookie);
    expect((await read(cookie)).status).toBe(401);
    expect((await read(cookieOf(second))).json).toMatchObject({ subject: 'admin' });
  });
});

describe('a session', () => {
  it('opens what its token opens, and nothing else', async () => {
    const cookie = await signIn(gradus, reader.token);
    expect((await by(cookie, 'GET', AGENTS)).status).toBe(200);
    expectProblem(await by(cookie, 'GET', `${BASE}/upgrade-plans`), 403, 'forbidden');
    expectProblem(await by(cookie, 'GET', '/queues/api/queues'), 403, 'forbidden');
    const bound = await signIn(gradus, gateway.token);
    expectProblem(await by(bound, 'GET', `${AGENTS}?lcaUuid=lca-2`), 403, 'forbidden');
    const jwt = await signIn(gradus, await issuer.token({ scope: 'agents:read', lca_uuid: 'lca-1' }));
    expectProblem(await by(jwt, 'GET', `${AGENTS}?lcaUuid=lca-2`), 403, 'forbidden');
    expect((await by(jwt, 'GET', AGENTS)).status).toBe(200);
  });

  it('is asked for where no token is sent: one that is wrong is not made good by it', async () => {
    const cookie = await signIn(gradus, gradus.token);
    const answer = await ask('GET', AGENTS, { authorization: 'Bearer nobody', headers: { cookie } });
    expectProblem(answer, 401, 'unauthenticated');
    expectProblem(await ask('GET', '/session', { authorization: null }), 401, 'unauthenticated');
    expect((await ask('GET', '/session')).json).toMatchObject({ subject: 'admin', expiresAt: null });
  });

  it('names its user in the events of a plan', async () => {
    const cookie = await signIn(gradus, await issuer.token({ sub: 'ada' }));
    const agent = { components: [{ componentName: 'c', actualVersion: '1' }] };
    await ask('PUT', `${AGENTS}/of-a-session`, { json: agent });
    const plan = {
      ...{ name: 'By a session', fromVersion: '1', toVersion: '2', toRelease: '3' },
      ...{ agentIds: ['of-a-session'], autoStart: false },
    };
    const created = await ask('POST', `${BASE}/upgrade-plans`, {
      authorization: null,
      json: plan,
      headers: { cookie, ...ofOwnPage(gradus.url) },
    });
    const { id, createdBy } = created.json as { id: string; createdBy: string };
    expect(createdBy).toBe('ada');
    const { json } = await by(cookie, 'GET', `${BASE}/upgrade-plans/${id}/events`);
    expect(json).toMatchObject({ items: [{ type: 'plan.created', actor: 'ada' }] });
  });

  it.each<[string, Record<string, string>]>([
    ['a page of another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.test' }],
    ['another host of the same site', { 'sec-fetch-site': 'same-site', origin: 'https://other.test' }],
    ['an older browser on another site', { origin: 'https://evil.test' }],
    ['a page without an origin', { origin: 'null' }],
    ['whoever does not say from where', {}],
  ])('changes nothing for %s', async (_, headers) => {
    const cookie = await signIn(gradus, gradus.token);
    expectProblem(await by(cookie, 'POST', PAUSE_ALL, headers), 403, 'forbidden');
    expectProblem(await by(cookie, 'DELETE', `${AGENTS}/x`, headers), 403, 'forbidden');
    const json = await ask('PUT', `${AGENTS}/by-another-site`, {
      authorization: null,
      json: { components: [{ componentName: 'c' }] },
      headers: { cookie, ...headers },
    });
    expectProblem(json, 403, 'forbidden');
    expect((await ask('GET', `${AGENTS}/by-another-site`)).status).toBe(404);
    expectProblem(await by(cookie, 'DELETE', '/session', headers), 403, 'forbidden');
    expect((await read(cookie)).status).toBe(200);
  });

  it.each<[string, (url: string) => Record<string, string>]>([
    ['says so', () => ({ 'sec-fetch-site': 'same-origin' })],
    ['names it', ofOwnPage],
  ])('changes what its scopes allow for a page of this address that %s', async (_, headers) => {
    const cookie = await signIn(gradus, gradus.token);
    expect((await by(cookie, 'POST', PAUSE_ALL, headers(gradus.url))).json).toEqual({ plans: 0 });
  });

  it('is over once it was ended, for whoever has kept the cookie too', async () => {
    const cookie = await signIn(gradus, gradus.token);
    const ended = await fetch(`${gradus.url}/session`, {
      method: 'DELETE',
      headers: { cookie, ...ofOwnPage(gradus.url) },
    });
    expect(ended.status).toBe(204);
    expect(setCookieOf(ended)).toMatchObject({
      name: 'gradus_session',
      value: '',
      path: '/',
      'max-age': '0',
    });
    expectProblem(await read(cookie), 401, 'unauthenticated');
    expectProblem(await by(cookie, 'GET', AGENTS), 401, 'unauthenticated');
  });

  it('is kept in Redis by the digest of its id, without the token', async () => {
    const jwt = await issuer.token({ sub: 'in-redis' });
    const cookie = await signIn(gradus, jwt);
    await signIn(gradus, reader.token);
    const connection: Connection = connect(inject('redisUrl'), 'patient', (fault) =>
      expect.fail(String(fault)),
    );
    try {
      const keys = await findKeys(connection, `${gradus.namespace}:{session:*`);
      expect(keys.length).toBeGreaterThan(0);
      const all = JSON.stringify([keys, await Promise.all(keys.map((key) => connection.get(key)))]);
      expect(all).toContain('in-redis');
      for (const secret of [jwt, jwt.split('.')[2] ?? '', reader.token, cookie.split('=')[1] ?? '']) {
        expect(all).not.toContain(secret);
      }
      const lifetimes = await Promise.all(keys.map((key) => connection.pttl(key)));
      expect(lifetimes.filter((ms) => ms <= 0)).toEqual([]);
    } finally {
      await connection.quit();
    }
  });
});

describe('at another api', () => {
  const OTHERS = {
    widened: { keys: [{ ...reader.key, scopes: ['agents:read', 'plans:read'] }] },
    renewed: { keys: [makeApiKey('reader', ['agents:read']).key], issuer: 'https://other.test/' },
    removed: { keys: [gateway.key, makeApiKey('ada', ['agents:read']).key] },
    withoutJwts: { keys: [reader.key], env: {} },
  };
  type Other = keyof typeof OTHERS;
  const running = new Map<string, RunningApp>();

  beforeAll(async () => {
    const starting = Object.entries<{ keys: object[]; issuer?: string; env?: Record<string, string> }>(
      OTHERS,
    );
    // One by one: several at once take longer than one may.
    for (const [name, { keys, env = issuer.env, issuer: trusted }] of starting) {
      const app = await startApp('api', {
        REDIS_URL: inject('redisUrl'),
        GRADUS_NAMESPACE: gradus.namespace,
        GRADUS_API_KEYS: JSON.stringify(keys),
        PORT: '0',
        ...env,
        ...(trusted === undefined ? {} : { GRADUS_JWT_ISSUER: trusted }),
      });
      running.set(name, app);
    }
  });
  afterAll(() => Promise.all([...running.values()].map((app) => app.kill('SIGTERM'))));

  const readAt = (name: Other, cookie: string): Promise<Answer> => {
    const url = String(running.get(name)?.ready['url']);
    return createAsk({ url, token: 'none' })('GET', '/session', { authorization: null, headers: { cookie } });
  };

  it('a session goes on, and outlives the api that it was begun at', async () => {
    const ofKey = await signIn(gradus, reader.token);
    const ofJwt = await signIn(gradus, await issuer.token({ sub: 'ada' }));
    expect((await readAt('widened', ofKey)).json).toMatchObject({ subject: 'reader' });
    expect((await readAt('widened', ofJwt)).json).toMatchObject({ subject: 'ada' });
    await gradus.restartApi('SIGKILL');
    expect((await read(ofKey)).json).toMatchObject({ subject: 'reader' });
    expect((await read(ofJwt)).json).toMatchObject({ subject: 'ada' });
  });

  it('a session has the scopes that its key has there, and ends with the key, and with its token', async () => {
    const cookie = await signIn(gradus, reader.token);
    const { json } = await readAt('widened', cookie);
    expect(json).toMatchObject({ scopes: ['agents:read', 'plans:read'] });
    expectProblem(await readAt('renewed', cookie), 401, 'unauthenticated');
    expectProblem(await readAt('removed', cookie), 401, 'unauthenticated');
  });

  it('a session of a JWT ends where its issuer is not believed, or a key has the name of its user', async () => {
    const cookie = await signIn(gradus, await issuer.token({ sub: 'ada' }));
    expectProblem(await readAt('renewed', cookie), 401, 'unauthenticated');
    expectProblem(await readAt('withoutJwts', cookie), 401, 'unauthenticated');
    expectProblem(await readAt('removed', cookie), 401, 'unauthenticated');
    expect((await read(cookie)).status).toBe(200);
  });
});

describe('behind a proxy that ends TLS', () => {
  let trusting: Gradus;
  beforeAll(async () => {
    trusting = await startGradus({ workers: 0, env: { GRADUS_TRUST_PROXY: 'true' } });
  });
  afterAll(() => trusting.stop());

  const forwarded = (url: string) => ({
    'x-forwarded-proto': 'https',
    origin: url.replace(/^http:/, 'https:'),
  });

  it('the cookie is for TLS alone, and of this host, where the proxy is trusted', async () => {
    const answer = await beginSession(trusting.url, trusting.token, forwarded(trusting.url));
    expect(answer.status).toBe(204);
    const cookie = setCookieOf(answer);
    expect(cookie).toMatchObject({ name: '__Host-gradus_session', secure: '', path: '/' });
    expect(cookie).not.toHaveProperty('domain');
    const session = { cookie: cookieOf(answer), ...forwarded(trusting.url) };
    const askThere = createAsk(trusting);
    const paused = await askThere('POST', PAUSE_ALL, { authorization: null, headers: session });
    expect(paused.status).toBe(200);
    // A cookie that another host of the domain could have set counts for nothing.
    const tossed = { ...session, cookie: session.cookie.replace('__Host-', '') };
    const answerToTossed = await askThere('GET', '/session', { authorization: null, headers: tossed });
    expectProblem(answerToTossed, 401, 'unauthenticated');
    const ended = await fetch(`${trusting.url}/session`, { method: 'DELETE', headers: session });
    expect(setCookieOf(ended)).toMatchObject({
      name: '__Host-gradus_session',
      'max-age': '0',
      secure: '',
    });
  });

  it('nothing is believed of the header where the proxy is not', async () => {
    const named = await beginSession(gradus.url, gradus.token, forwarded(gradus.url));
    expect(named.status).toBe(403);
    const headers = { ...forwarded(gradus.url), ...ofOwnPage(gradus.url) };
    const cookie = setCookieOf(await beginSession(gradus.url, gradus.token, headers));
    expect(cookie).toMatchObject({ name: 'gradus_session' });
    expect(cookie).not.toHaveProperty('secure');
  });
});
