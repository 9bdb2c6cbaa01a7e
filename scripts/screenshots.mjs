// `npm run screenshots`: the console's pages as docs/console shows them, of a system of its own with 102,000 agents.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { chromium } from 'playwright-core';
import { startSystem } from '../bench/system.mjs';
import { bootstrap, ROOT } from './bootstrap.mjs';
import { findChromium } from './browser.mjs';
import { exitWith, Failure } from './failure.mjs';

const FOLDER = join(ROOT, 'docs', 'console');
const AGENTS = 102_000;
const LARGE = 100_000;
const ARGS = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-sync'];
const UPGRADE = { fromVersion: '1.2.0', toVersion: '1.3.0', toRelease: '221' };
const SIZES = { wide: { width: 1440, height: 900 }, narrow: { width: 390, height: 844 } };
/** What is below is more of the same. */
const HIGHEST = { wide: 1_400, narrow: 2_200 };
const DAY_MS = 86_400_000;
const LOOK_EVERY_MS = 200;
const WITHIN_MS = 600_000;
/** For what the page asks for once it is there. */
const SETTLE_MS = 2_500;
/** Failures that the events do not tell are read by and by. */
const GROUPED_MS = 15_000;
const QUALITY = 0.86;

const say = (/** @type {string} */ line) => console.log(`gradus | ${line}`);

try {
  await bootstrap(say);
  const executablePath = await findChromium(say);
  if (executablePath === null) throw new Failure('no-browser', 'There is no Chromium to take pictures with.');
  mkdirSync(FOLDER, { recursive: true });
  const system = await startSystem({ workers: 2 });
  const browser = await chromium.launch({ executablePath, args: ARGS });
  try {
    await takeAll(system, browser);
  } finally {
    await browser.close();
    await system.stop();
  }
} catch (error) {
  exitWith(error);
}

/**
 * @param {Awaited<ReturnType<typeof startSystem>>} system
 * @param {import('playwright-core').Browser} browser
 */
async function takeAll(system, browser) {
  const { client } = system;
  say(`registering ${AGENTS} agents`);
  await system.start('fleet', {
    GRADUS_URL: system.url,
    GRADUS_TOKEN: system.token,
    GRADUS_DEMO_AGENTS: String(AGENTS),
    GRADUS_DEMO_FAILURE_RATE: '0.012',
    GRADUS_FLEET_AGENTS_PER_LCA: '500',
    GRADUS_FLEET_HEARTBEAT_MS: '3600000',
    GRADUS_FLEET_UPGRADE_MS: '4000',
    GRADUS_FLEET_SEED: 'pictures',
  });
  const agentIds = Array.from({ length: AGENTS }, (_, index) => `item${index + 1}`);
  const make = (
    /** @type {string} */ name,
    /** @type {number} */ from,
    /** @type {number} */ count,
    /** @type {object} */ more,
  ) =>
    client.createPlan(
      { name, ...UPGRADE, agentIds: agentIds.slice(from, from + count), ...more },
      { minimal: true, timeoutMs: WITHIN_MS },
    );

  await make('Kiosks, next week', LARGE, 40, {
    batchSize: 20,
    startAt: new Date(Date.now() + 5 * DAY_MS).toISOString(),
  });
  const done = await make('Meeting rooms', LARGE + 100, 60, {
    batchSizes: [5],
    concurrency: 30,
    failureThreshold: 0.5,
  });
  const gated = await make('Store registers', LARGE + 200, 200, {
    batchSizes: [20],
    concurrency: 20,
    gate: 'manual',
    failureThreshold: 0.5,
  });
  const paused = await make('Warehouse scanners', LARGE + 500, 500, {
    batchSizes: [10, 90],
    concurrency: 60,
    failureThreshold: 0.004,
    observeDuration: '3s',
  });
  const three = await make('Gateways to 1.3.0', LARGE + 1_000, 400, {
    batchSizes: [20, 120],
    concurrency: 12,
    failureThreshold: 0.05,
    observeDuration: '12s',
  });
  const large = await make('The whole fleet to 1.3.0', 0, LARGE, {
    batchSizes: ['1%', '4%', '15%', '30%'],
    concurrency: 3_000,
    failureThreshold: 0.02,
    observeDuration: '5s',
  });

  say('waiting until there is something to see');
  await until(
    'the large plan to be under way',
    async () => (await client.getPlanSummary(large.id)).counts.completed > 0.3 * LARGE,
  );
  await until(
    'a plan to be paused',
    async () => (await client.getPlanSummary(paused.id)).status === 'paused',
  );
  await until(
    'a plan to have ended',
    async () => (await client.getPlanSummary(done.id)).status === 'completed',
  );
  await until(
    'a batch to wait at its gate',
    async () => (await client.getPlanSummary(gated.id)).waitingFor?.reason === 'gate',
  );
  // As it was in the middle of its last batch, however long the pictures take.
  await client.pausePlan(large.id, { reason: 'Pictures are taken' });
  await until('the plan of three batches to be in its last', async () => {
    const { currentBatch, counts, status } = await client.getPlanSummary(three.id);
    return status !== 'running' || (currentBatch === 2 && counts.completed > 200);
  });
  await client.resumePlan(large.id);

  const pages = {
    plans: ['/', '.plan-row'],
    'plan-three-batches': [`/plans/${three.id}`, '.log li'],
    'plan-paused': [`/plans/${paused.id}`, '.log li'],
    'plan-100000-agents': [`/plans/${large.id}`, '.log li'],
    'new-plan': ['/new', '.fields'],
    agents: ['/agents', 'tbody tr'],
    agent: [`/agents/item${LARGE + 101}`, '.history li'],
  };
  for (const [size, viewport] of Object.entries(SIZES)) {
    for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
      const context = await browser.newContext({ viewport, colorScheme });
      const page = await context.newPage();
      const press = await browser.newPage();
      const take = (/** @type {string} */ name) =>
        picture(
          page,
          press,
          `${name}-${size}-${colorScheme}`,
          HIGHEST[/** @type {'wide' | 'narrow'} */ (size)],
        );
      await page.goto(system.url);
      await page.getByLabel('Token').waitFor();
      await take('sign-in');
      await page.getByLabel('Token').fill(system.token);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('button', { name: 'Sign out' }).waitFor();
      for (const [name, [path = '', seen = '']] of Object.entries(pages)) {
        await page.goto(system.url + path);
        await page.locator(seen).first().waitFor({ timeout: WITHIN_MS });
        if (name === 'new-plan') await fillIn(page);
        await page
          .getByText('are grouped here')
          .waitFor({ state: 'detached', timeout: GROUPED_MS })
          .catch(() => undefined);
        await wait(SETTLE_MS);
        await take(name);
      }
      await press.close();
      await context.close();
    }
  }
}

/** @param {import('playwright-core').Page} page */
async function fillIn(page) {
  await page.getByLabel('Name').fill('Gateways of the north to 1.3.0');
  await page.getByLabel('From version').fill('1.2.0');
  await page.getByLabel('To version').fill('1.3.0');
  await page.getByLabel('To release').fill('221');
  const ids = Array.from({ length: 250 }, (_, index) => `item${LARGE + 1_700 + index}`);
  await page.getByLabel('Ids').fill(ids.join(', '));
  await page.getByText('What it would be').waitFor();
  await page.locator('.forecast').waitFor();
}

/**
 * @param {import('playwright-core').Page} page
 * @param {import('playwright-core').Page} press another page, which makes it small
 * @param {string} name
 * @param {number} highest
 */
async function picture(page, press, name, highest) {
  const { width } = page.viewportSize() ?? { width: 0 };
  const height = await page.evaluate('document.documentElement.scrollHeight');
  const clip = { x: 0, y: 0, width, height: Math.min(highest, Number(height)) };
  const png = await page.screenshot({ fullPage: true, clip });
  const webp = await press.evaluate(
    async ([base64 = '', quality]) => {
      const bytes = Uint8Array.from(atob(String(base64)), (letter) => letter.charCodeAt(0));
      const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
      const canvas = document.createElement('canvas');
      [canvas.width, canvas.height] = [image.width, image.height];
      canvas.getContext('2d')?.drawImage(image, 0, 0);
      return canvas.toDataURL('image/webp', Number(quality)).split(',')[1] ?? '';
    },
    [png.toString('base64'), QUALITY],
  );
  writeFileSync(join(FOLDER, `${name}.webp`), Buffer.from(webp, 'base64'));
  say(name);
}

/**
 * @param {string} what
 * @param {() => Promise<boolean>} isSo
 * @throws {Failure} `waited-in-vain`
 */
async function until(what, isSo) {
  for (const end = Date.now() + WITHIN_MS; Date.now() < end; await wait(LOOK_EVERY_MS))
    if (await isSo()) return;
  throw new Failure('waited-in-vain', `Waited in vain for ${what}.`);
}
