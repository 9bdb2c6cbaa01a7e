// Every route of the app: who may call it, and the headers that each answer has.
import { openQueues } from '@gradus/queues';
import { openStore } from '@gradus/store';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createLogger } from '../../apps/api/src/logger.js';
import { readSettings } from '../../apps/api/src/settings.js';
import { ALL_SCOPES, makeApiKey, type Scope } from '../support/apiKeys.js';
import { type Gradus, startGradus } from '../support/gradus.js';
import { type Answer, type Ask, createAsk } from '../support/http.js';
import { freshNamespace } from '../support/namespace.js';
import type { OpenApi } from '../support/openApiSchema.js';
import { expectProblem } from '../support/problems.js';

const { createApp }: { createApp: (deps: object) => { routes: { method: string; path: string }[] } } =
  await import(new URL('../../apps/api/src/app.ts', import.meta.url).href);

/** What anybody may ask for; nothing else is without a token. */
const OPEN = ['GET /healthz', 'GET /readyz', 'GET /openapi.json'];
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

let gradus: Gradus;
let ask: Ask;
let guarded: { method: string; path: string; scope: Scope }[];

beforeAll(async () => {
  gradus = await startGradus({
    keys: keys.flatMap(({ only, others }) => [only.key, others.key]),
    workers: 0,
  });
  ask = createAsk(gradus);
  const { paths } = (await ask('GET', '/openapi.json')).json as OpenApi;
  guarded = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, { security = [] }]) =>
      security.map((requirement) => ({
        method: method.toUpperCase(),
        path,
        scope: requirement['bearer']?.[0] as Scope,
      })),
    ),
  );
});
afterAll(() => gradus.stop());

/** @returns `METHOD /path/:parameter` of all that the app answers, middleware apart */
async function routesOfApp(): Promise<string[]> {
  const redis = { url: inject('redisUrl'), namespace: freshNamespace(), onError: () => undefined };
  const settings = readSettings({
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
      logger,
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
  expect((await routesOfApp()).toSorted()).toEqual([...documented, ...OPEN].toSorted());
});

it('what takes a token answers 401 without one, 403 without its scope, and neither with that scope alone', async () => {
  for (const { method, path, scope } of guarded) {
    const at = path.replaceAll(/{\w+}/g, '1');
    const { only, others } =
      keys.find((one) => one.scope === scope) ?? expect.unreachable(`${path}: ${scope}`);
    const by = (token: string) => ask(method, at, { authorization: `Bearer ${token}` });
    expectProblem(await ask(method, at, { authorization: null }), 401, 'unauthenticated');
    expectProblem(await by(others.token), 403, 'forbidden', { detail: expect.stringContaining(scope) });
    expect([401, 403], `${method} ${path}`).not.toContain((await by(only.token)).status);
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
    const paths = ['/healthz', '/openapi.json', '/nowhere', '/queues', '/queues/api/queues'];
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
