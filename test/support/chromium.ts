// The Chromium of the browser tests: the one that is there.
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const PATH = process.env['GRADUS_CHROMIUM'] ?? '/usr/bin/chromium';
const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const isChromiumThere = existsSync(PATH);
if (!isChromiumThere) console.warn(`SKIPPED: there is no Chromium at ${PATH}; GRADUS_CHROMIUM names another`);

export function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: PATH, args: ARGS });
}
