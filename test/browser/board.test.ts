// Bull Board in a real browser: signing in, what it shows, what it asks for, signing out.
import { existsSync } from 'node:fs';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeApiKey } from '../support/apiKeys.js';
import { type Gradus, startGradus } from '../support/gradus.js';

const CHROMIUM = process.env['GRADUS_CHROMIUM'] ?? '/usr/bin/chromium';
const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const QUEUES = ['plans', 'batches', 'tasks', 'reports'];
const TOKEN_FIELD = 'Token with the scope queues:admin';

const isThere = existsSync(CHROMIUM);
if (!isThere) console.warn(`SKIPPED: there is no Chromium at ${CHROMIUM}; GRADUS_CHROMIUM names another`);

describe.skipIf(!isThere)('the board', () => {
  const operator = makeApiKey('operator', ['queues:admin']);
  const stranger = makeApiKey('stranger', ['plans:read', 'plans:write']);
  let gradus: Gradus;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  /** Addresses that answered, and those that did not, with the reason. */
  let answered: string[];
  let refused: { url: string; why: string | undefined }[];

  beforeAll(async () => {
    gradus = await startGradus({ keys: [operator.key, stranger.key] });
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGS });
  });
  afterAll(async () => {
    await browser?.close();
    await gradus?.stop();
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
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict', path: '/queues' });
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

  it('is for looking only', async () => {
    const headers = { authorization: `Bearer ${operator.token}` };
    const ask = (method: string, path: string) =>
      fetch(`${gradus.url}/queues/api${path}`, { method, headers: { ...headers, origin: gradus.url } });
    const { queues } = (await (await ask('GET', '/queues')).json()) as {
      queues: { name: string; readOnlyMode: boolean }[];
    };
    expect(queues.map(({ name }) => name).toSorted()).toEqual(QUEUES.toSorted());
    expect(queues.map(({ readOnlyMode }) => readOnlyMode)).toEqual([true, true, true, true]);
    for (const path of ['/queues/plans/pause', '/queues/plans/clean/completed', '/queues/plans/empty']) {
      expect((await ask('PUT', path)).status, path).toBeGreaterThanOrEqual(400);
    }
    const paused = (await (await ask('GET', '/queues')).json()) as { queues: { isPaused: boolean }[] };
    expect(paused.queues.map(({ isPaused }) => isPaused)).toEqual([false, false, false, false]);
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
