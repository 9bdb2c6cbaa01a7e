// Every route of the app: who may call it, and the headers that each answer has.
import { readFileSync } from 'node:fs';
import { createMetrics } from '@gradus/metrics';
import { openQueues } from '@gradus/queues';
import { openStore } from '@gradus/store';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createLogger } from '../../apps/api/src/logger.js';
import { readSettings } from '../../apps/api/src/settings.js';
import { ALL_SCOPES, makeApiKey, type Scope } from '../support/apiKeys.js';
import { signIn } from '../support/browserSession.js';
import { type Gradus, startGradus } from '../support/gradus.js';
import { type Answer, type Ask, type Asking, BASE, createAsk } from '../support/http.js';
import { type Issuer, startIssuer } from '../support/issuer.js';
import { freshNamespace } from '../support/namespace.js';
import type { OpenApi } from '../support/openApiSchema.js';
import { expectProblem } from '../support/problems.js';

const { createApp }: { createApp: (deps: object) => { routes: { method: string; path: string }[] } } =
  await import(new URL('../../apps/api/src/app.ts', import.meta.url).href);

/** What anybody may ask for; nothing else is without a token. */
const OPEN = [
  ...['GET /healthz', 'GET /readyz', 'GET /openapi.json'],
  ...['GET /docs', 'GET /docs/start.js', 'GET /docs/swagger-ui.css', 'GET /docs/swagger-ui-bundle.js'],
  // The page, which shows nothing but what its visitor may ask for.
  ...['/', '/plans/:id', '/new', '/agents', '/agents/:agentId'].map((path) => `GET ${path}`),
  ...['GET /assets/:name', 'GET /favicon.svg', 'GET /theme.js'],
];
/** Who signs in has no token yet but the one in the body; who is signed in has some scopes or others. */
const SESSION = ['POST /session', 'GET /session', 'DELETE /session'];
/** Devices have tokens of their own; docs/devices.md has these routes. */
const DEVICE = '/:tenant/controller/v1/:controllerId';
const DDI = [
  `GET ${DEVICE}`,
  `GET ${DEVICE}/deploymentBase/:actionId`,
  `POST ${DEVICE}/deploymentBase/:actionId/feedback`,
  `GET ${DEVICE}/cancelAction/:actionId`,
  `POST ${DEVICE}/cancelAction/:actionId/feedback`,
  `GET ${DEVICE}/softwaremodules/:actionId/artifacts/:filename`,
  `PUT ${DEVICE}/configData`,
];
const DDI_ENV = {
  GRADUS_DDI_TOKENS: JSON.stringify([{ name: 'fleet', sha256: '0'.repeat(64), tenant: 'DEFAULT' }]),
  GRADUS_DDI_PROOF: 'success',
};
/** The pages sign their visitors in by themselves, and are looked at in the browser's tests. */
const BOARD = /^\/queues(?:\/|$)/;

/** By scope: a key that has it alone, and one that has every other. */
const keys = ALL_SCOPES.map((scope) => ({
  scope,
  only: makeApiKey(`only-${scope}`, [scope]),
  others: makeApiKey(
    `all-but-${scope}`,
    ALL_SCOPES.filter((other) => other !== scope),
  ),
}));

let issuer: Issuer;
let gradus: Gradus;
let ask: Ask;
let guarded: { method: string; path: string; scope: Scope }[];

beforeAll(async () => {
  issuer = await startIssuer();
  gradus = await startGradus({
    keys: keys.flatMap(({ only, others }) => [only.key, others.key]),
    workers: 0,
    env: { ...issuer.env, ...DDI_ENV },
  });
  ask = createAsk(gradus);
  const { paths } = (await ask('GET', '/openapi.json')).json as OpenApi;
  guarded = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, { security = [] }]) =>
      [...new Set(security.flatMap(Object.values).flat())].map((scope) => ({
        method: method.toUpperCase(),
        path,
        scope: scope as Scope,
      })),
    ),
  );
});
afterAll(async () => {
  await gradus.stop();
  await issuer.stop();
});

/** @returns `METHOD /path/:parameter` of all that the app answers, middleware apart */
async function routesOfApp(): Promise<string[]> {
  const redis = { url: inject('redisUrl'), namespace: freshNamespace(), onError: () => undefined };
  const settings = readSettings({
    ...DDI_ENV,
    REDIS_URL: redis.url,
    GRADUS_API_KEYS: JSON.stringify([keys[0]?.only.key]),
  });
  const store = await openStore({ ...redis, timing: settings.timing });
  const queues = await openQueues(redis);
  try {
    const logger = createLogger('silent');
    const { routes } = createApp({
      ...settings,
      store,
      queues,
      measured: createMetrics('api'),
      logger,
      leaving: new AbortController().signal,
      shutdown: new AbortController().signal,
    });
    const named = routes.filter(({ method, path }) => method !== 'ALL' && !BOARD.test(path));
    return [...new Set(named.map(({ method, path }) => `${method} ${path}`))];
  } finally {
    await queues.close();
    await store.close();
  }
}

it('every route of the app takes a scope that the document names, but those that are open', async () => {
  const documented = guarded.map(({ method, path }) => `${method} ${path.replaceAll(/{(\w+)}/g, ':$1')}`);
  expect(documented.length).toBeGreaterThan(20);
  expect((await routesOfApp()).toSorted()).toEqual([...documented, ...OPEN, ...SESSION, ...DDI].toSorted());
});

it('what devices ask for takes a token of a device, and no other; docs/devices.md has each of these calls', async () => {
  const page = readFileSync(new URL('../../docs/devices.md', import.meta.url), 'utf8');
  for (const route of DDI) {
    const [method = '', path = ''] = route.split(' ');
    const at = path.replace(':tenant', 'DEFAULT').replaceAll(/:\w+/g, '1');
    for (const authorization of [null, `Bearer ${gradus.token}`, `GatewayToken ${gradus.token}`]) {
      const answer = await ask(method, at, { authorization });
      expectProblem(answer, 401, 'unauthenticated');
      expect(answer.headers.get('www-authenticate')).toBe('TargetToken, GatewayToken');
    }
    const shown = path.replace(DEVICE, '').replaceAll(/:(\w+)/g, '{$1}');
    expect(page).toContain(`| \`${method} ${shown === '' ? 'base' : shown}\` |`);
  }
});

it('docs/security.md has each of these routes, with its scope', () => {
  const page = readFileSync(new URL('../../docs/security.md', import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\| \w+ \| `([A-Z]+) (\S+)` \| `(\S+)` \|$/gm)].map(
    ([, method, path, scope]) => `${method} ${BASE}${path} ${scope}`,
  );
  const routes = guarded.filter(({ path }) => path.startsWith(BASE));
  const wanted = routes.map(({ method, path, scope }) => `${method} ${path} ${scope}`);
  expect(rows.toSorted()).toEqual(wanted.toSorted());
  const others = guarded.filter(({ path }) => !path.startsWith(BASE));
  expect(others).toEqual([{ method: 'GET', path: '/metrics', scope: 'queues:admin' }]);
  expect(page).toContain('`/queues` and `/metrics` take `queues:admin`');
});

/** The ways of one caller to show who it is: what a request has of it. */
async function waysOf(token: string, scopes: readonly Scope[]): Promise<Asking[]> {
  const jwt = await issuer.token({ sub: `jwt of ${scopes.join()}`, scope: scopes.join(' ') });
  return [
    { authorization: `Bearer ${token}` },
    { authorization: `Bearer ${jwt}` },
    { authorization: null, headers: { cookie: await signIn(gradus, token), origin: gradus.url } },
    { authorization: null, headers: { cookie: await signIn(gradus, jwt), origin: gradus.url } },
  ];
}

it('what takes a scope answers 401 to nobody, 403 without the scope, and neither with that scope alone', async () => {
  const ways = await Promise.all(
    keys.map(async ({ scope, only, others }) => ({
      scope,
      only: await waysOf(only.token, only.key.scopes),
      others: await waysOf(others.token, others.key.scopes),
    })),
  );
  for (const { method, path, scope } of guarded) {
    const at = path.replaceAll(/{\w+}/g, '1');
    const { only, others } =
      ways.find((one) => one.scope === scope) ?? expect.unreachable(`${path}: ${scope}`);
    expectProblem(await ask(method, at, { authorization: null }), 401, 'unauthenticated');
    for (const way of others) {
      const answer = await ask(method, at, way);
      expectProblem(answer, 403, 'forbidden', { detail: expect.stringContaining(scope) });
      const challenge = `Bearer error="insufficient_scope", scope="${scope}"`;
      expect(answer.headers.get('www-authenticate')).toBe(challenge);
    }
    for (const way of only) {
      expect([401, 403], `${method} ${path}`).not.toContain((await ask(method, at, way)).status);
    }
  }
});

describe('every answer', () => {
  const expectSafe = ({ headers, path }: Answer) => {
    expect(headers.get('x-content-type-options'), path).toBe('nosniff');
    expect(headers.get('content-security-policy'), path).toContain("frame-ancestors 'none'");
    expect(headers.get('referrer-policy'), path).toBe('no-referrer');
    expect(headers.get('server'), path).toBeNull();
    expect(headers.get('x-powered-by'), path).toBeNull();
  };

  it('is taken for what it is, framed by nobody, and does not say what the server is', async () => {
    const paths = [
      ...['/healthz', '/openapi.json', '/nowhere', '/queues', '/queues/api/queues'],
      ...['/docs', '/docs/start.js', '/docs/swagger-ui-bundle.js'],
      ...['/', '/theme.js', '/assets/nothing.js'],
    ];
    for (const path of paths) expectSafe(await ask('GET', path, { authorization: null }));
    for (const { method, path } of guarded) expectSafe(await ask(method, path.replaceAll(/{\w+}/g, '1')));
  });

  it('is kept by nobody on its way; by the client itself where it can ask whether it still holds', async () => {
    for (const path of [
      '/api/v1/lifecycle/agents',
      '/api/v1/lifecycle/nowhere',
      '/queues',
      '/queues/sign-out',
    ]) {
      expect((await ask('GET', path)).headers.get('cache-control'), path).toBe('no-store');
    }
    const agent = { components: [{ componentName: 'c', actualVersion: '1' }] };
    await ask('PUT', '/api/v1/lifecycle/agents/kept', { json: agent });
    const json = {
      name: 'Kept',
      fromVersion: '1',
      toVersion: '2',
      toRelease: '3',
      agentIds: ['kept'],
      autoStart: false,
    };
    const { id } = (await ask('POST', '/api/v1/lifecycle/upgrade-plans', { json })).json as { id: string };
    const plan = await ask('GET', `/api/v1/lifecycle/upgrade-plans/${id}`);
    expect(plan.headers.get('etag')).not.toBeNull();
    expect(plan.headers.get('cache-control')).toBe('private, no-cache');
  });
});
