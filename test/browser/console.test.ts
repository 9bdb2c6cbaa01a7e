// The console in a real browser, as an operator uses it: signing in, watching a plan, stopping it, taking it back.
import { type Client, createClient } from '@gradus/client';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityFaults } from '../support/accessibility.js';
import { registerAgents } from '../support/agents.js';
import { makeApiKey } from '../support/apiKeys.js';
import { isChromiumThere, launchChromium } from '../support/chromium.js';
import { type ConsolePage, expectQuiet, openConsole, signInto } from '../support/consolePage.js';
import { UPGRADE } from '../support/fleet.js';
import { type Gradus, startGradus } from '../support/gradus.js';
import { createHandLca, ON_TARGET, reportOn } from '../support/handLca.js';
import { BASE } from '../support/http.js';

const WITHIN_MS = 60_000;
/** The viewer's, which is neither UTC nor likely the machine's. */
const ZONE = 'Asia/Kathmandu';

describe.skipIf(!isChromiumThere)('the console', { timeout: WITHIN_MS }, () => {
  const viewer = makeApiKey('viewer', ['plans:read', 'agents:read']);
  let gradus: Gradus;
  let client: Client;
  let browser: Browser;
  /** Signed in as who may do everything, and used by one test after the other. */
  let operator: ConsolePage;
  let page: Page;

  beforeAll(async () => {
    [gradus, browser] = await Promise.all([startGradus({ keys: [viewer.key] }), launchChromium()]);
    client = createClient({ baseUrl: gradus.url, token: gradus.token });
    operator = await openConsole(browser, gradus.url, '/', { locale: 'en-US', timezoneId: ZONE });
    page = operator.page;
  });
  afterAll(async () => {
    await browser?.close();
    await gradus?.stop();
  });

  /** The part of the page that says where the plan stands. */
  const stand = (text: string | RegExp) => page.locator('.stand').filter({ hasText: text });
  const button = (name: string | RegExp) => page.getByRole('button', { name, exact: true });
  const inDialog = (name: string) => page.getByRole('dialog').getByRole('button', { name, exact: true });

  it('asks for a token, says why one does not do, and keeps the session from scripts', async () => {
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByLabel('Token').fill('not-a-token');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').filter({ hasText: 'not valid' }).waitFor();
    await signInto(page, gradus.token);
    await page.getByText('There are no plans yet').waitFor();

    const [cookie, ...others] = await page.context().cookies();
    expect(others).toEqual([]);
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict' });
    const kept = await page.evaluate(
      'JSON.stringify([document.cookie, {...localStorage}, {...sessionStorage}])',
    );
    expect(kept).toBe('["",{},{}]');
    expectQuiet(operator, gradus.url);
  });

  it('shows the plans as they come, and finds them', async () => {
    for (const prefix of ['north', 'south']) {
      const agentIds = await registerAgents(client, prefix, 4);
      await client.createPlan({ ...UPGRADE, name: `Gateways ${prefix}`, agentIds, autoStart: false });
    }
    const plans = page.getByRole('list', { name: 'Plans' }).getByRole('listitem');
    await plans.filter({ hasText: 'Gateways south' }).waitFor();
    expect(await plans.count()).toBe(2);
    await page.getByText('2 plans need you.').waitFor();
    await page.getByLabel('Search the plans').fill('NORTH 1.3');
    await plans.filter({ hasText: 'Gateways south' }).waitFor({ state: 'detached' });
    expect(await plans.count()).toBe(1);
    // What is looked for is in the address, so that it can be sent to somebody.
    await page.reload();
    await plans.filter({ hasText: 'Gateways north' }).waitFor();
    expect(await plans.count()).toBe(1);
    await page.getByLabel('Search the plans').fill('nothing is called so');
    await page.getByText('No plan is like that').waitFor();
  });

  it('watches a plan run and its failures pause it, resumes it, and rolls it back', async () => {
    const agentIds = await registerAgents(client, 'watched', 10);
    const { id } = await client.createPlan({
      ...UPGRADE,
      name: 'Watched',
      agentIds,
      batchSizes: [4],
      concurrency: 4,
      failureThreshold: 0.25,
    });
    const lca = createHandLca(client, 'lca-watched');
    const first = await lca.takeTasks(4);
    await page.goto(`${gradus.url}/plans/${id}`);
    await stand('Waits for 4 agents to report').or(stand('have not checked in')).waitFor();
    await page.getByText('4 agents in flight will finish, 6 are not started.').waitFor();

    // Two of four fail where one may: the second one pauses it.
    await lca.checkIn(first.slice(0, 1).map((task) => reportOn(task, 'completed', ON_TARGET)));
    await lca.checkIn(first.slice(1, 3).map((task) => reportOn(task, 'failed')));
    await stand('Failure threshold exceeded').waitFor();
    await page.locator('.badge', { hasText: 'paused' }).first().waitFor();
    await page
      .locator('.causes')
      .filter({ hasText: 'checksum mismatch' })
      .getByText('2', { exact: true })
      .waitFor();
    await page.locator('.log').getByText('The plan paused by itself').waitFor();
    await page.locator('.threshold').filter({ hasText: '2 of 1 allowed' }).waitFor();

    await button('Resume…').click();
    const dialog = page.getByRole('dialog', { name: 'Resume the plan' });
    await dialog.getByText('Accepts the 2 failures of batch 1 so far').waitFor();
    await dialog.getByLabel('Agents at once').fill('6');
    await inDialog('Resume').click();
    await page.locator('.log').getByText('The plan was resumed by admin').waitFor();
    await lca.checkIn(first.slice(3).map((task) => reportOn(task, 'completed', ON_TARGET)));
    const second = await lca.takeTasks(6);
    await page.getByText('at most 6 at once').waitFor();
    await lca.checkIn(second.map((task) => reportOn(task, 'completed', ON_TARGET)));
    await stand('Completed with 2 failures').waitFor();

    await button('Roll back…').click();
    await page.getByRole('dialog').getByText('takes the 8 upgraded agents').waitFor();
    await inDialog('Roll back').click();
    await page.waitForURL((url) => url.pathname.startsWith('/plans/') && !url.pathname.endsWith(id));
    await page.getByRole('link', { name: id }).waitFor();
    const back = await client.getPlanSummary(new URL(page.url()).pathname.split('/')[2] ?? '');
    expect(back).toMatchObject({ counts: { agents: 8 }, sourcePlanUuid: id.replace('plan-', '') });
  });

  it('stops a plan by one click, from the list and from its page', async () => {
    const agentIds = await registerAgents(client, 'stopped', 3);
    const { id } = await client.createPlan({ ...UPGRADE, name: 'Stopped', agentIds, concurrency: 1 });
    const status = async () => (await client.getPlanSummary(id)).status;
    await page.goto(gradus.url);
    const row = page.locator('.plan-row').filter({ has: page.getByRole('link', { name: 'Stopped' }) });
    await row.getByRole('button', { name: /^Pause Stopped: .*not started/ }).click();
    await row.getByText('Paused by admin').waitFor();
    expect(await status()).toBe('paused');

    await row.getByRole('link', { name: 'Stopped' }).click();
    await button('Resume…').click();
    await inDialog('Resume').click();
    await button('Pause').waitFor();
    await page.getByRole('link', { name: 'Plans', exact: true }).first().click();
    await button('Pause all…').click();
    await page
      .getByRole('dialog')
      .getByText(/Pauses \d+ running plans?/)
      .waitFor();
    await inDialog('Pause all').click();
    await row.getByText('Emergency stop by admin').waitFor();
    expect(await status()).toBe('paused');
    await button('Resume all…').click();
    await inDialog('Resume all').click();
    await row.getByRole('link', { name: 'Stopped' }).click();
    await button('Pause').click();
    await stand('Paused by admin').waitFor();
    expect(await status()).toBe('paused');
    await button('Cancel…').click();
    await page
      .getByRole('dialog')
      .getByLabel(/Reason/)
      .fill('A mistake');
    await inDialog('Cancel').click();
    await stand('Cancelled').waitFor();
    await button('Delete…').click();
    await inDialog('Delete').click();
    await page.getByRole('heading', { name: 'Plans', exact: true }).waitFor();
    await expect(status()).rejects.toMatchObject({ code: 'not-found' });
  });

  it('makes a plan: shows what it would be, names faults beside their fields, leaves agents out that cannot be in it', async () => {
    await registerAgents(client, 'made', 20);
    await registerAgents(client, 'older', 1, { actualVersion: '1.1.0' });
    await page.goto(gradus.url);
    await page.getByRole('link', { name: 'New plan' }).click();
    await page.getByText('Fill in a name').waitFor();
    await page.getByLabel('Name').fill('Made here');
    await page.getByLabel('From version').fill(UPGRADE.fromVersion);
    await page.getByLabel('To version').fill(UPGRADE.toVersion);
    await page.getByLabel('To release').fill(UPGRADE.toRelease);
    await page.getByLabel('Ids').fill('made-0, older-0');
    await page.getByRole('alert').filter({ hasText: 'older-0, on 1.1.0' }).waitFor();
    await button('Leave it out').click();
    await page.getByText('1 agent in 1 batch').waitFor();

    await page.getByLabel('Of one LCA alone').fill('lca-made');
    await button(`Add all that run ${UPGRADE.fromVersion}`).click();
    await page.getByText('20 agents in 4 batches, at most 5 at once').waitFor();
    await page.getByLabel('Watched for').fill('soon');
    const watched = page.locator('.field').filter({ has: page.getByLabel('Watched for') });
    await watched.getByText('is not a duration').waitFor();
    expect(await page.getByLabel('Watched for').getAttribute('aria-invalid')).toBe('true');
    await page.getByLabel('Watched for').fill('1h');
    await page.getByLabel('Threshold, percent').fill('20');
    await page.getByLabel('Sizes').fill('5, 50%');
    await page.getByText('20 agents in 3 batches').waitFor();
    // The worst case: one of the first, two of the second, then two and five in flight, of which five are there.
    await page.locator('.forecast', { hasText: '8 agents' }).waitFor();
    await page.locator('.forecast', { hasText: '3 h' }).waitFor();
    await page.getByRole('radio', { name: 'When somebody starts it' }).check();
    await button('Make the plan').click();
    await page.getByRole('heading', { name: 'Made here' }).waitFor();
    await stand('Waits for somebody to start it').waitFor();
    await button('Start…').click();
    await page.getByRole('dialog').getByText('Starts now: 20 agents in 3 batches').waitFor();
    await inDialog('Start').click();
    await page.locator('.log').getByText('The plan started').waitFor();
    // What was tried out was refused, of which the browser complains.
    operator.complaints.length = 0;
  });

  it('shows what the fleet runs, and an agent with its plans', async () => {
    await page.getByRole('link', { name: 'Agents', exact: true }).click();
    const versions = page.getByRole('region', { name: 'Versions of zmetis' });
    await versions.getByRole('button', { name: /1\.1\.0/ }).click();
    const rows = page.locator('tbody tr');
    await rows
      .filter({ hasText: 'healed-0' })
      .or(rows.filter({ hasText: 'made-0' }))
      .first()
      .waitFor({ state: 'detached' });
    await rows.filter({ hasText: 'older-0' }).waitFor();
    expect(await rows.count()).toBe(1);
    expect(new URL(page.url()).search).toBe('?version=1.1.0');
    await page.getByLabel('Agent id').fill('made-3');
    await button('Open').click();
    await page.getByRole('heading', { name: 'made-3' }).waitFor();
    await page.getByRole('link', { name: 'Made here' }).click();
    await page.getByRole('heading', { name: 'Made here' }).waitFor();
    await page.goto(`${gradus.url}/agents/nobody`);
    await page.getByText('There is no agent nobody').waitFor();
    operator.complaints.length = 0;
  });

  it('says when the api is gone, and goes on where it was once it is back', async () => {
    const agentIds = await registerAgents(client, 'healed', 2);
    const { id } = await client.createPlan({ ...UPGRADE, name: 'Healed', agentIds, autoStart: false });
    await page.goto(`${gradus.url}/plans/${id}`);
    await page.locator('.log').getByText('The plan was made by admin').waitFor();
    const time = page.locator('.log time').first();
    const at = new Date((await time.getAttribute('datetime')) ?? '');
    expect(await time.getAttribute('title')).toBe(`${at.toISOString().slice(0, 19).replace('T', ' ')} UTC`);
    const inZone = at.toLocaleTimeString('en-US', { timeZone: ZONE, hour: '2-digit', minute: '2-digit' });
    expect(await time.innerText()).toContain(inZone.slice(0, 5));
    // An api that is back before the page asks again is not missed: it stays away until the page says so.
    await gradus.api.kill('SIGKILL');
    await page.getByRole('alert').filter({ hasText: 'The api does not answer' }).waitFor();
    await gradus.restartApi('SIGKILL');
    await client.pauseAllPlans();
    await client.startPlan(id);
    await page.locator('.log').getByText('The plan started').waitFor();
    await page.locator('.connection', { hasText: 'Live' }).waitFor();
    // Nor does it miss what came while nobody saw the page.
    const show = (state: string) =>
      page.evaluate((value) => {
        Object.defineProperty(document, 'visibilityState', { value, configurable: true });
        document.dispatchEvent(new Event('visibilitychange'));
      }, state);
    await show('hidden');
    await client.pausePlan(id, { reason: 'Unseen' });
    await show('visible');
    await page.locator('.log').getByText('Unseen').waitFor();
    // Nothing twice, and nothing left out.
    const told = await page.locator('.log > li').allInnerTexts();
    for (const once of ['The plan was made', 'The plan started', 'Unseen']) {
      expect(
        told.filter((line) => line.includes(once)),
        once,
      ).toHaveLength(1);
    }
    // Asking in vain is what the browser complains of.
    operator.complaints.length = 0;
  });

  it('asks for a token again where the session is over, and comes back to where one was', async () => {
    const found = page.locator('.plan-row').filter({ hasText: 'Gateways north' });
    await page.goto(`${gradus.url}/?search=north`);
    await found.waitFor();
    await page.evaluate(() => fetch('/session', { method: 'DELETE' }));
    await page.getByText('Your session is over').waitFor();
    await signInto(page, gradus.token);
    await found.waitFor();
    expect(new URL(page.url()).search).toBe('?search=north');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByText('Sign in with a token').waitFor();
    expect(await page.context().cookies()).toEqual([]);
    await signInto(page, gradus.token);
  });

  it('is light or dark as the system is, or as was chosen here', async () => {
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    await page.emulateMedia({ colorScheme: 'light' });
    const light = await ground();
    await button('Switch to dark').click();
    const dark = await ground();
    expect(dark).not.toBe(light);
    await page.reload();
    await button('Switch to light').waitFor();
    expect(await ground()).toBe(dark);
    await button('Switch to light').click();
    expect(await ground()).toBe(light);
    await page.emulateMedia({ colorScheme: 'dark' });
    await button('Switch to light').waitFor();
    expect(await ground()).toBe(dark);
  });

  it('has no buttons for who may only look, whom the api refuses too', async () => {
    const looking = await openConsole(browser, gradus.url);
    await signInto(looking.page, viewer.token);
    await looking.page.getByRole('list', { name: 'Plans' }).getByRole('link', { name: 'Healed' }).click();
    await looking.page.getByRole('heading', { name: 'Healed' }).waitFor();
    await looking.page.getByText('Batches across time').waitFor();
    for (const name of [/pause/i, /cancel/i, /resume/i, /promote/i, /new plan/i]) {
      expect(await looking.page.getByRole('button', { name }).count(), String(name)).toBe(0);
      expect(await looking.page.getByRole('link', { name }).count(), String(name)).toBe(0);
    }
    const refused = await looking.page.evaluate(
      (path) => fetch(path, { method: 'POST' }).then(({ status }) => status),
      `${BASE}/upgrade-plans:pause-all`,
    );
    expect(refused).toBe(403);
    await looking.page.goto(`${gradus.url}/new`);
    await looking.page.getByText('Your token lacks the scope plans:write').waitFor();
    await looking.close();
  });

  it('can be used by who does not see it: axe finds nothing on any page, light or dark, wide or narrow', async () => {
    // A colour on its way to another one is neither.
    const reducedMotion = 'reduce';
    await page.goto(gradus.url);
    await page.getByRole('link', { name: 'Watched', exact: true }).click();
    await page.locator('.batch-choice').waitFor();
    const planPath = new URL(page.url()).pathname;
    for (const [path, seen] of [
      ['/', '.plan-row'],
      [planPath, 'table'],
      ['/plans/plan-none', '.empty'],
      ['/new', '.fields'],
      ['/agents', 'tbody tr'],
      ['/agents/made-3', '.history a'],
    ] as const) {
      await page.goto(gradus.url + path);
      await page.locator(seen).first().waitFor();
      await page.setViewportSize({ width: 1280, height: 900 });
      await page.emulateMedia({ colorScheme: 'light', reducedMotion });
      expect(await accessibilityFaults(page), path).toEqual([]);
      await page.setViewportSize({ width: 390, height: 844 });
      await page.emulateMedia({ colorScheme: 'dark', reducedMotion });
      expect(await accessibilityFaults(page), `${path}, dark and narrow`).toEqual([]);
      const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(tooWide, `${path} is as narrow as the phone`).toBeLessThanOrEqual(0);
      if (path !== planPath) continue;
      await button('Roll back…').press('Enter');
      await page.getByRole('dialog', { name: 'Roll back' }).waitFor();
      expect(await accessibilityFaults(page), 'a dialog').toEqual([]);
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    }
  });

  it('is small, kept by the browser where its name tells its content, and asked for each time where it does not', async () => {
    const ask = (path: string, headers: Record<string, string> = {}) => fetch(gradus.url + path, { headers });
    const html = { accept: 'text/html,application/xhtml+xml' };
    const index = await ask('/', html);
    expect(index.headers.get('cache-control')).toBe('no-cache');
    expect(index.headers.get('content-security-policy')).not.toContain('unsafe');
    const etag = index.headers.get('etag') ?? '';
    expect((await ask('/plans/any', { ...html, 'if-none-match': etag })).status).toBe(304);
    const names = [...(await index.text()).matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(
      ([, name]) => name ?? '',
    );
    expect(names.filter((name) => name.startsWith('/assets/'))).toHaveLength(2);
    // As it goes over the wire: fetch takes the compression off, and leaves the body's length as it was sent.
    const sizes = await Promise.all(
      ['/', ...names].map(async (name) => {
        const answer = await ask(name, { ...html, 'accept-encoding': 'gzip' });
        expect(answer.status, name).toBe(200);
        expect(answer.headers.get('content-encoding'), name).toBe('gzip');
        if (name.startsWith('/assets/')) expect(answer.headers.get('cache-control')).toContain('immutable');
        return Number(answer.headers.get('content-length'));
      }),
    );
    expect(Math.min(...sizes)).toBeGreaterThan(0);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(200_000);
    for (const path of ['/', '/plans/any', '/assets/nothing.js']) {
      const answer = await ask(path, { accept: 'application/json' });
      expect(answer.status, path).toBe(404);
      expect(answer.headers.get('content-type')).toBe('application/problem+json');
    }
    expect((await ask('/api/v1/lifecycle/nowhere', html)).headers.get('content-type')).toBe(
      'application/problem+json',
    );
  });
});
