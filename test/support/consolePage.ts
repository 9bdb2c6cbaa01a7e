// The console in a browser, signed in, and what its page has asked for and complained of.
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { expect } from 'vitest';

/** Longer than anything takes; shorter than a test may, so that it says what it waited for. */
const TIMEOUT_MS = 20_000;
/** Who is not signed in is told so when the page asks who it is, and the browser says that it heard it. */
const EXPECTED = /401 \(Unauthorized\)/;

export interface ConsolePage {
  page: Page;
  /** Every address that was asked, whether it answered or not. */
  asked: string[];
  /** Errors and warnings of the page, and what its policy refused. */
  complaints: string[];
  close(): Promise<void>;
}

/** Opens a page of its own, without a session. */
export async function openConsole(
  browser: Browser,
  url: string,
  path = '/',
  options: BrowserContextOptions = {},
): Promise<ConsolePage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(TIMEOUT_MS);
  const asked: string[] = [];
  const complaints: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (!['error', 'warning'].includes(message.type()) || EXPECTED.test(message.text())) return;
    complaints.push(message.text());
  });
  await page.goto(url + path);
  return { page, asked, complaints, close: () => context.close() };
}

/** Signs in where the page asks for it. */
export async function signInto(page: Page, token: string): Promise<void> {
  await page.getByLabel('Token').fill(token);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
}

/** @throws where the page asked another host, or had something to complain of */
export function expectQuiet({ asked, complaints }: ConsolePage, url: string): void {
  expect(asked.length).toBeGreaterThan(3);
  expect(asked.filter((one) => !one.startsWith(`${url}/`))).toEqual([]);
  expect(complaints).toEqual([]);
}
