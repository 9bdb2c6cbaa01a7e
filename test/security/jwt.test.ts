// JWTs of an identity provider: which are taken, what they may do, and what becomes of them when its keys change.
import { createHmac } from 'node:crypto';
import { exportSPKI, importJWK } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Gradus, startGradus } from '../support/gradus.js';
import { type Answer, type Ask, BASE, createAsk } from '../support/http.js';
import { type Issuer, type SigningKey, secondsFromNow, startIssuer } from '../support/issuer.js';
import { expectProblem } from '../support/problems.js';
import { waitFor } from '../support/waitFor.js';

const SKEW_S = 30;
const AGENTS = `${BASE}/agents`;
/** As the README has it, and a second for the request itself. */
const COOLDOWN_MS = 5_000;

let issuer: Issuer;
let gradus: Gradus;
let ask: Ask;
/** Published from the start. */
let key: SigningKey;

beforeAll(async () => {
  issuer = await startIssuer();
  key = await issuer.makeKey();
  issuer.publish(key);
  gradus = await startGradus({ workers: 0, env: issuer.env });
  ask = createAsk(gradus);
});
afterAll(async () => {
  await gradus.stop();
  await issuer.stop();
});

const as = (token: string, method = 'GET', path = AGENTS, json?: object): Promise<Answer> =>
  ask(method, path, {
    authorization: `Bearer ${token}`,
    ...(json === undefined ? {} : { json }),
  });
const token = (claims: Parameters<Issuer['token']>[0] = {}) => issuer.token(claims, key);
const base64url = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

function expectRefused(answer: Answer, why: RegExp): void {
  expectProblem(answer, 401, 'unauthenticated');
  const { detail } = answer.json as { detail: string };
  expect(detail).toMatch(why);
  const challenge = `Bearer error="invalid_token", error_description="${detail}"`;
  expect(answer.headers.get('www-authenticate')).toBe(challenge);
}

describe('a JWT', () => {
  it('is let in beside the static keys', async () => {
    expect((await as(await token())).status).toBe(200);
    expect((await ask('GET', AGENTS)).status).toBe(200);
  });

  it('may do what its scopes say, whatever else they say, and nothing without any', async () => {
    expect((await as(await token({ scope: 'openid agents:read profile' }))).status).toBe(200);
    for (const scope of ['plans:read agents:reading', '', 17, undefined]) {
      const answer = await as(await token({ scope }));
      expectProblem(answer, 403, 'forbidden');
      const challenge = 'Bearer error="insufficient_scope", scope="agents:read"';
      expect(answer.headers.get('www-authenticate')).toBe(challenge);
    }
  });

  it('is taken within the clock skew of its times, and not outside', async () => {
    const within = SKEW_S - 10;
    const outside = SKEW_S + 10;
    expect((await as(await token({ exp: secondsFromNow(-within) }))).status).toBe(200);
    expect((await as(await token({ nbf: secondsFromNow(within) }))).status).toBe(200);
    expectRefused(await as(await token({ exp: secondsFromNow(-outside) })), /expired/);
    expectRefused(await as(await token({ nbf: secondsFromNow(outside) })), /not valid yet/);
  });

  it('is not taken any more once it has expired, however often it was', async () => {
    const short = await token({ exp: secondsFromNow(8 - SKEW_S) });
    expect((await as(short)).status).toBe(200);
    const refused = await waitFor(
      async () => {
        const answer = await as(short);
        return answer.status !== 200 && answer;
      },
      { what: 'the token to expire', timeoutMs: 20_000 },
    );
    expectRefused(refused, /expired/);
  });

  it.each([
    ['another issuer', { iss: 'https://other.test/' }, /another issuer/],
    ['no issuer', { iss: undefined }, /another issuer/],
    ['another audience', { aud: 'other' }, /another audience/],
    ['no audience', { aud: undefined }, /another audience/],
    ['no expiry', { exp: undefined }, /no expiry \(exp\)/],
    ['an expiry beyond all time', { exp: 1e300 }, /no expiry \(exp\)/],
    ['no subject', { sub: undefined }, /no subject \(sub\)/],
    ['an empty subject', { sub: '' }, /no subject \(sub\)/],
    ["a static key's name for its subject", { sub: 'admin' }, /name of a static key/],
    ['the name of Gradus itself for its subject', { sub: 'gradus' }, /of Gradus itself/],
    ['a list of LCAs', { lca_uuid: ['lca-1', 'lca-2'] }, /lca_uuid/],
    ['an empty LCA', { lca_uuid: '' }, /lca_uuid/],
    ['null for its LCA', { lca_uuid: null }, /lca_uuid/],
  ])('with %s is refused, and told why', async (_, claims, why) => {
    expectRefused(await as(await token(claims)), why);
  });

  it('is for several audiences where ours is among them', async () => {
    expect((await as(await token({ aud: ['other', 'gradus'] }))).status).toBe(200);
  });

  it('without a signature is refused', async () => {
    const [, payload] = (await token()).split('.');
    expectRefused(await as(`${base64url({ alg: 'none' })}.${payload}.`), /algorithm/);
    expectRefused(await as(`${base64url({ alg: 'none', kid: key.kid })}.${payload}.`), /algorithm/);
  });

  it('signed with what the issuer publishes, as if it were a secret, is refused', async () => {
    const rsa = await issuer.makeKey('RS256');
    issuer.publish(key, rsa);
    await untilTaken(rsa);
    const [, payload] = (await token()).split('.');
    for (const { jwk, kid } of [key, rsa]) {
      const published = await importJWK(jwk, jwk.alg);
      if (published instanceof Uint8Array) return expect.unreachable();
      for (const secret of [await exportSPKI(published), JSON.stringify(jwk), jwk.x ?? jwk.n ?? '']) {
        const signed = `${base64url({ alg: 'HS256', kid })}.${payload}`;
        const mac = createHmac('sha256', secret).update(signed).digest('base64url');
        expectRefused(await as(`${signed}.${mac}`), /algorithm/);
      }
    }
  });

  it('signed by somebody else in the name of a published key is refused', async () => {
    const { privateKey } = await issuer.makeKey();
    expectRefused(await as(await issuer.token({}, { ...key, privateKey })), /signature/);
    const [header, , signature] = (await token({ scope: 'agents:read' })).split('.');
    const [, payload] = (await token()).split('.');
    expectRefused(await as(`${header}.${payload}.${signature}`), /signature/);
  });

  it.each(['eyJhbGciOiJFUzI1NiJ9', 'eyJhbGciOiJFUzI1NiJ9.x', 'eyJhbGciOiJFUzI1NiJ9.e30.x.y.z', 'a.b.c', '.'])(
    'that is none (%s) is refused',
    async (text) => expectRefused(await as(text), /not valid/),
  );

  it('names its subject in the events of a plan, whatever the plan says of its maker', async () => {
    const sub = 'https://identity.test/users/7 (Ada)';
    const mine = await token({ sub });
    await as(mine, 'PUT', `${AGENTS}/jwt-agent`, {
      components: [{ componentName: 'c', actualVersion: '1' }],
    });
    const plan = {
      name: 'By a JWT',
      fromVersion: '1',
      toVersion: '2',
      toRelease: '3',
      agentIds: ['jwt-agent'],
      autoStart: false,
    };
    const created = await as(mine, 'POST', `${BASE}/upgrade-plans`, { ...plan, createdBy: 'somebody else' });
    expect(created.json).toMatchObject({ createdBy: 'somebody else' });
    const { id } = created.json as { id: string };
    await as(mine, 'POST', `${BASE}/upgrade-plans/${id}/cancel`);
    const { items } = (await as(mine, 'GET', `${BASE}/upgrade-plans/${id}/events`)).json as {
      items: { type: string; actor: string }[];
    };
    expect(items.map(({ type, actor }) => [type, actor])).toEqual([
      ['plan.created', sub],
      ['plan.cancelled', sub],
    ]);
    const again = await as(mine, 'POST', `${BASE}/upgrade-plans?dryRun=true`, plan);
    expect(again.json).toMatchObject({ createdBy: sub });
  });

  it('ends the stream of events that it has opened when it expires', async () => {
    const components = [{ componentName: 'c', actualVersion: '1' }];
    await ask('PUT', `${AGENTS}/streamed`, { json: { components } });
    const plan = { name: 'Streamed', fromVersion: '1', toVersion: '2', toRelease: '3', autoStart: false };
    const json = { ...plan, agentIds: ['streamed'] };
    const { id } = (await ask('POST', `${BASE}/upgrade-plans`, { json })).json as { id: string };
    const exp = secondsFromNow(8);
    const stream = await ask('GET', `${BASE}/upgrade-plans/${id}/events`, {
      authorization: `Bearer ${await token({ exp })}`,
      headers: { accept: 'text/event-stream' },
    });
    // All of it has been read: it ended by itself, and not before its time.
    expect(Date.now()).toBeGreaterThanOrEqual(exp * 1_000 - 1_000);
    expect(stream.text).toContain('event: plan.created');
  });
});

describe('a JWT of one LCA', () => {
  const components = [{ componentName: 'c', actualVersion: '1' }];
  const checkIn = (by: string, lca: string, reports: object[] = []) =>
    as(by, 'POST', `${BASE}/lcas/${lca}/check-in`, { reports });

  it('reads, changes and speaks for the agents of that LCA alone', async () => {
    const mine = await token({ sub: 'gateway-1', lca_uuid: 'lca-1' });
    for (const lca of ['lca-1', 'lca-2']) {
      await ask('PUT', `${AGENTS}/of-${lca}`, { json: { lcaUuid: lca, components } });
    }
    expect((await as(mine, 'GET', `${AGENTS}/of-lca-1`)).status).toBe(200);
    expectProblem(await as(mine, 'GET', `${AGENTS}/of-lca-2`), 403, 'forbidden');
    expectProblem(await as(mine, 'GET', `${AGENTS}?lcaUuid=lca-2`), 403, 'forbidden');
    expectProblem(await as(mine, 'PUT', `${AGENTS}/of-lca-2`, { components }), 403, 'forbidden');
    expectProblem(await as(mine, 'DELETE', `${AGENTS}/of-lca-2`), 403, 'forbidden');
    expect((await checkIn(mine, 'lca-1', [{ agentId: 'of-lca-1' }])).status).toBe(200);
    expectProblem(await checkIn(mine, 'lca-2'), 403, 'forbidden');
    expectProblem(await checkIn(mine, 'lca-1', [{ agentId: 'of-lca-2' }]), 403, 'forbidden');
  });
});

/** Waits until the api takes tokens of the key: it asks for a key that it does not know, but not all the time. */
async function untilTaken(by: SigningKey): Promise<void> {
  const signed = await issuer.token({}, by);
  await waitFor(async () => (await as(signed)).status === 200, {
    what: `a token of ${by.kid} to be taken`,
    timeoutMs: 3 * COOLDOWN_MS,
  });
}

describe('the keys of the issuer', () => {
  it('are asked for anew where a token names one that is not known, but not for each such token', async () => {
    const next = await issuer.makeKey();
    issuer.publish(key, next);
    await untilTaken(next);
    const unpublished = await Promise.all(Array.from({ length: 20 }, () => issuer.makeKey()));
    const before = issuer.asked;
    const began = performance.now();
    for (const one of unpublished) {
      expectRefused(await as(await issuer.token({}, one)), /does not publish/);
    }
    const windows = Math.ceil((performance.now() - began) / COOLDOWN_MS) + 1;
    expect(issuer.asked - before).toBeLessThanOrEqual(windows);
    expect((await as(await token())).status).toBe(200);
  });

  it('are named by tokens, but where only one can be meant', async () => {
    const rsa = await issuer.makeKey('RS256');
    issuer.publish(key, rsa);
    await untilTaken(rsa);
    const unnamed = await issuer.token({}, { ...rsa, kid: undefined });
    expect((await as(unnamed)).status).toBe(200);
    const next = await issuer.makeKey('RS256');
    issuer.publish(key, rsa, next);
    await untilTaken(next);
    expectRefused(await as(await issuer.token({ jti: '2' }, { ...rsa, kid: undefined })), /kid/);
    expectRefused(await as(unnamed), /kid/);
  }, 60_000);

  it('go on while the issuer is away; a token of an unknown one is answered 503 until it is back', async () => {
    const known = await token();
    const seen = await token({ sub: 'seen before' });
    expect((await as(seen)).status).toBe(200);
    const next = await issuer.makeKey();
    issuer.publish(key, next);
    const unknown = await issuer.token({}, next);
    await issuer.goDown();
    try {
      const answer = await waitFor(
        async () => {
          const given = await as(unknown);
          // While the set is fresh, what is not in it is not published.
          return given.status !== 401 && given;
        },
        { what: 'the key set to be asked for', timeoutMs: 3 * COOLDOWN_MS },
      );
      for (const given of [answer, await as(unknown)]) {
        expectProblem(given, 503, 'unavailable');
        expect(given.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
      }
      expect((await as(known)).status).toBe(200);
      expect((await as(seen)).status).toBe(200);
      expect((await ask('GET', AGENTS)).status).toBe(200);
    } finally {
      await issuer.comeUp();
    }
    await untilTaken(next);
  }, 60_000);
});
