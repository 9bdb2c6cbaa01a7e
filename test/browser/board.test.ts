// Bull Board in a real browser: signing in, what it shows, what it asks for, signing out.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeApiKey } from '../support/apiKeys.js';
import { isChromiumThere, launchChromium } from '../support/chromium.js';
import { type Gradus, startGradus } from '../support/gradus.js';
import { BASE, createAsk } from '../support/http.js';
import { type Issuer, secondsFromNow, startIssuer } from '../support/issuer.js';
import { waitFor } from '../support/waitFor.js';

const QUEUES = ['plans', 'batches', 'tasks', 'reports', 'webhooks', 'pushes'];
const TOKEN_FIELD = 'Token with the scope queues:admin';

describe.skipIf(!isChromiumThere)('the board', () => {
  const operator = makeApiKey('operator', ['queues:admin']);
  const stranger = makeApiKey('stranger', ['plans:read', 'plans:write']);
  let issuer: Issuer;
  let gradus: Gradus;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  /** Addresses that answered, and those that did not, with the reason. */
  let answered: string[];
  let refused: { url: string; why: string | undefined }[];

  beforeAll(async () => {
    issuer = await startIssuer();
    gradus = await startGradus({ keys: [operator.key, stranger.key], env: issuer.env });
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await gradus?.stop();
    await issuer?.stop();
  });
  beforeEach(async () => {
    context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    page = await context.newPage();
    answered = [];
    refused = [];
    page.on('requestfinished', (request) => answered.push(request.url()));
    page.on('requestfailed', (request) => {
      refused.push({ url: request.url(), why: request.failure()?.errorText });
    });
  });
  afterEach(() => context.close());

  const signIn = async (token: string) => {
    await page.getByLabel(TOKEN_FIELD).fill(token);
    await page.getByRole('button', { name: 'Sign in' }).click();
  };
  const open = async () => {
    await page.goto(`${gradus.url}/queues`);
    await page.getByRole('heading', { name: 'Gradus queues' }).waitFor();
  };

  it('asks for a token, and says why one does not do', async () => {
    await open();
    await signIn('not-a-token');
    await page.getByRole('alert').filter({ hasText: 'not valid' }).waitFor();
    await signIn(stranger.token);
    await page.getByRole('alert').filter({ hasText: 'queues:admin' }).waitFor();
    expect(await context.cookies()).toEqual([]);
    expect(await page.getByLabel(TOKEN_FIELD).getAttribute('type')).toBe('password');
    expect(page.url()).not.toContain(stranger.token);
  });

  it('shows the four queues to who may see them, and asks no other host for anything', async () => {
    await open();
    await signIn(operator.token);
    for (const name of QUEUES) await page.getByText(name, { exact: true }).first().waitFor();
    expect(await page.title()).toContain('Gradus queues');
    const [cookie, ...others] = await context.cookies();
    expect(others).toEqual([]);
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict', path: '/' });
    expect(cookie?.value).not.toContain(operator.token);
    expect(await page.evaluate('document.cookie')).toBe('');

    await page.getByText('reports', { exact: true }).first().click();
    await page.waitForURL(/\/queues\/queue\/reports/);
    await page.waitForLoadState('networkidle');
    expect(answered.length).toBeGreaterThan(3);
    const isForeign = (url: string) => !url.startsWith(`${gradus.url}/`) && !url.startsWith('data:');
    expect(answered.filter(isForeign)).toEqual([]);
    // Bull Board asks for a font elsewhere. The page's own policy refuses it, whatever the network would do.
    expect(refused.filter(({ url, why }) => !isForeign(url) || why !== 'csp')).toEqual([]);
  });

  it('is closed again after signing out', async () => {
    await open();
    await signIn(operator.token);
    await page.getByText('reports', { exact: true }).first().waitFor();
    const [cookie] = await context.cookies();
    if (cookie === undefined) return expect.unreachable();
    const withCookie = () =>
      fetch(`${gradus.url}/queues/api/queues`, { headers: { cookie: `${cookie.name}=${cookie.value}` } });
    expect((await withCookie()).status).toBe(200);

    await page.goto(`${gradus.url}/queues/sign-out`);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel(TOKEN_FIELD).waitFor();
    expect(await context.cookies()).toEqual([]);
    // The cookie that somebody kept opens nothing either.
    expect((await withCookie()).status).toBe(401);
    await page.goto(`${gradus.url}/queues/queue/plans`);
    await page.getByLabel(TOKEN_FIELD).waitFor();
  });

  it('lets in who has a JWT with its scope, and no longer than that holds', async () => {
    await open();
    await signIn(await issuer.token({ iss: 'https://other.test/' }));
    await page.getByRole('alert').filter({ hasText: 'another issuer' }).waitFor();
    await signIn(await issuer.token({ scope: 'plans:read' }));
    await page.getByRole('alert').filter({ hasText: 'queues:admin' }).waitFor();
    expect(await context.cookies()).toEqual([]);
    const exp = secondsFromNow(15);
    await signIn(await issuer.token({ sub: 'ada', scope: 'queues:admin', exp }));
    await page.getByText('reports', { exact: true }).first().waitFor();
    const [cookie] = await context.cookies();
    expect(cookie?.expires).toBeLessThanOrEqual(exp + 1);
    await waitFor(
      async () => {
        await page.goto(`${gradus.url}/queues`);
        return page.getByLabel(TOKEN_FIELD).isVisible();
      },
      { what: 'the board to be closed again', timeoutMs: 40_000 },
    );
  }, 90_000);

  it('says which scope a session lacks that was begun elsewhere', async () => {
    await open();
    const session = (method: string, token?: string) =>
      page.evaluate(
        async ([verb, text]) => {
          const headers = { 'content-type': 'application/json' };
          const body = text === undefined ? {} : { headers, body: JSON.stringify({ token: text }) };
          return (await fetch('/session', { method: verb ?? '', ...body })).status;
        },
        [method, token] as const,
      );
    expect(await session('POST', stranger.token)).toBe(204);
    await open();
    await page.getByRole('alert').filter({ hasText: 'queues:admin' }).waitFor();
    expect(await session('GET')).toBe(200);
    expect(await session('DELETE')).toBe(204);
    expect(await session('GET')).toBe(401);
    expect(await context.cookies()).toEqual([]);
  });

  describe('and a page of another address of the same site, to which the browser sends the cookie', () => {
    const pauseAll = `${BASE}/upgrade-plans:pause-all`;
    let evil: Server;
    let evilUrl: string;
    beforeAll(async () => {
      evil = createServer((_, response) => {
        response.setHeader('Content-Type', 'text/html');
        response.end(
          `<form method="post" action="${gradus.url}${pauseAll}"><button>Win a prize</button></form>` +
            `<form method="post" action="${gradus.url}/queues/sign-out"><button>Read on</button></form>`,
        );
      });
      await new Promise<void>((resolve) => evil.listen(0, '127.0.0.1', resolve));
      evilUrl = `http://127.0.0.1:${(evil.address() as AddressInfo).port}`;
    });
    afterAll(() => {
      evil.closeAllConnections();
      evil.close();
    });

    /** The plan that the other page would like to stop. */
    const startPlan = async () => {
      const ask = createAsk(gradus);
      const agent = { components: [{ componentName: 'c', actualVersion: '1' }] };
      await ask('PUT', `${BASE}/agents/aimed-at`, { json: agent });
      const json = {
        ...{ name: 'Aimed at', fromVersion: '1', toVersion: '2', toRelease: '3' },
        agentIds: ['aimed-at'],
      };
      const { id } = (await ask('POST', `${BASE}/upgrade-plans`, { json })).json as { id: string };
      const status = async () => {
        const read = await ask('GET', `${BASE}/upgrade-plans/${id}?view=summary`);
        return (read.json as { status: string }).status;
      };
      await waitFor(async () => (await status()) === 'running', { what: 'the plan to run' });
      return status;
    };

    it('neither stops the plans nor signs anybody out', async () => {
      const status = await startPlan();
      await open();
      await signIn(gradus.token);
      await page.getByText('reports', { exact: true }).first().waitFor();
      for (const button of ['Win a prize', 'Read on']) {
        await page.goto(evilUrl);
        const [answer] = await Promise.all([
          page.waitForResponse((response) => response.url().startsWith(gradus.url)),
          page.getByRole('button', { name: button }).click(),
        ]);
        expect((await answer.request().allHeaders())['cookie']).toContain('gradus_session=');
        expect(answer.status(), button).toBe(403);
      }
      await page.goto(evilUrl);
      // Its answer is kept from the page; the request is sent all the same.
      await page.evaluate(
        (url) => fetch(url, { method: 'POST', mode: 'no-cors', credentials: 'include' }).catch(() => null),
        gradus.url + pauseAll,
      );
      const refusals = () =>
        gradus.api.log.filter(({ path, status: told, subject }) => {
          return path === pauseAll && told === 403 && subject === 'admin';
        });
      await waitFor(() => refusals().length === 2, { what: 'both requests to be refused' });
      expect(await status()).toBe('running');

      await page.goto(`${gradus.url}/queues`);
      await page.getByText('reports', { exact: true }).first().waitFor();
      const own = await page.evaluate(
        (path) => fetch(path, { method: 'POST' }).then(({ status }) => status),
        pauseAll,
      );
      expect(own).toBe(200);
      expect(await status()).toBe('paused');
    });
  });

  it('is for looking only', async () => {
    const headers = { authorization: `Bearer ${operator.token}` };
    const ask = (method: string, path: string) =>
      fetch(`${gradus.url}/queues/api${path}`, { method, headers: { ...headers, origin: gradus.url } });
    const { queues } = (await (await ask('GET', '/queues')).json()) as {
      queues: { name: string; readOnlyMode: boolean }[];
    };
    expect(queues.map(({ name }) => name).toSorted()).toEqual(QUEUES.toSorted());
    expect(queues.map(({ readOnlyMode }) => readOnlyMode)).toEqual(QUEUES.map(() => true));
    for (const path of ['/queues/plans/pause', '/queues/plans/clean/completed', '/queues/plans/empty']) {
      expect((await ask('PUT', path)).status, path).toBeGreaterThanOrEqual(400);
    }
    const paused = (await (await ask('GET', '/queues')).json()) as { queues: { isPaused: boolean }[] };
    expect(paused.queues.map(({ isPaused }) => isPaused)).toEqual(QUEUES.map(() => false));
  });

  it('takes a bearer token too, with its scope', async () => {
    const status = async (authorization?: string) => {
      const headers = authorization === undefined ? {} : { authorization };
      return (await fetch(`${gradus.url}/queues/api/queues`, { headers })).status;
    };
    expect(await status()).toBe(401);
    expect(await status('Bearer not-a-token')).toBe(401);
    expect(await status(`Bearer ${stranger.token}`)).toBe(403);
    expect(await status(`Bearer ${operator.token}`)).toBe(200);
  });
});
