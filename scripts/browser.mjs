// The browser of the browser tests.
import { findOnPath } from './run.mjs';
import { installSystemPackage } from './systemPackages.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const PACKAGES = { apt: ['chromium', 'chromium-browser'], apk: ['chromium'], dnf: ['chromium'] };

/**
 * Finds a Chromium, installing one where that may be done.
 *
 * @param {(line: string) => void} say
 * @returns {Promise<string | null>}
 */
export async function findChromium(say) {
  const found = onPath();
  if (found) return found;
  say('there is no Chromium on the PATH for the browser tests');
  return (await installSystemPackage(PACKAGES, say)) ? onPath() : null;
}

/** @returns {string | null} */
function onPath() {
  for (const name of NAMES) {
    const path = findOnPath(name);
    if (path) return path;
  }
  return null;
}
