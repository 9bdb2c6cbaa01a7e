// The documentation at /docs in a real browser: what it shows, what it asks for, and an operation that is tried.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isChromiumThere, launchChromium } from '../support/chromium.js';
import { type Gradus, startGradus } from '../support/gradus.js';
import { BASE, createAsk } from '../support/http.js';
import { waitFor } from '../support/waitFor.js';

const OPENS_WITHIN_MS = 5_000;
const PICTURE = new URL('../.artifacts/docs.png', import.meta.url).pathname;

describe.skipIf(!isChromiumThere)('the documentation', { timeout: 60_000 }, () => {
  let gradus: Gradus;
  let browser: Browser;
  let page: Page;
  /** Every address that was asked, whether it answered or not. */
  const asked: string[] = [];
  /** What the browser had to say: errors, and what the page's policy refused. */
  const complaints: string[] = [];

  beforeAll(async () => {
    gradus = await startGradus({ workers: 0 });
    browser = await launchChromium();
    page = await browser.newPage({ viewport: { width: 1280, height: 1600 } });
    // Shorter than a test may take: it says what it waited for.
    page.setDefaultTimeout(40_000);
    page.on('request', (request) => asked.push(request.url()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    await page.goto(`${gradus.url}/docs`);
    await page.getByRole('heading', { name: 'Gradus' }).waitFor();
  });
  afterAll(async () => {
    await browser?.close();
    await gradus?.stop();
  });

  /** Clicked while the page is still being made, an operation may close again. */
  const open = async (operationId: string) => {
    const operation = page.locator(`[id$="-${operationId}"]`);
    await waitFor(
      async () => {
        await operation.getByRole('button').first().click();
        const body = operation.locator('.opblock-body');
        return body.waitFor({ timeout: OPENS_WITHIN_MS }).then(
          () => true,
          () => false,
        );
      },
      { what: `${operationId} to be open`, timeoutMs: 4 * OPENS_WITHIN_MS },
    );
    return operation;
  };

  it('shows an operation with its examples and problems, and asks no other host for anything', async () => {
    const create = await open('CreateGraduatedPlan');
    await create.getByText('Takes the scope plans:write.').waitFor();
    await create.getByText('A canary that somebody has to promote').first().waitFor({ state: 'attached' });
    await create.getByText('idempotency-key-reused').first().waitFor();
    await page.waitForLoadState('networkidle');
    await page.screenshot({ path: PICTURE });

    expect(asked.length).toBeGreaterThan(3);
    expect(asked.filter((url) => !url.startsWith(`${gradus.url}/`) && !url.startsWith('data:'))).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('tries an operation with the token that is given to it, and keeps that nowhere', async () => {
    await page.getByRole('button', { name: 'Authorize' }).click();
    const dialog = page.locator('.modal-ux');
    await dialog.locator('input').first().fill(gradus.token);
    await dialog.getByRole('button', { name: 'Apply credentials' }).first().click();
    await dialog.getByRole('button', { name: 'Close' }).last().click();
    const pauseAll = await open('PauseAllPlans');
    await pauseAll.getByRole('button', { name: 'Try it out' }).click();
    const [answer] = await Promise.all([
      page.waitForResponse(`${gradus.url}${BASE}/upgrade-plans:pause-all`),
      pauseAll.getByRole('button', { name: 'Execute' }).click(),
    ]);
    expect([answer.status(), await answer.json()]).toEqual([200, { plans: 0 }]);
    const kept = await page.evaluate(() =>
      JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]),
    );
    expect(kept).not.toContain(gradus.token);
    expect(complaints).toEqual([]);
  });

  it('lets no script but its own run, and is loaded once', async () => {
    const ask = createAsk(gradus);
    const policy = (await ask('GET', '/docs')).headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("connect-src 'self';");
    const bundle = '/docs/swagger-ui-bundle.js';
    const etag = (await ask('GET', bundle)).headers.get('etag') ?? '';
    expect((await ask('GET', bundle, { headers: { 'if-none-match': etag } })).status).toBe(304);
  });
});
