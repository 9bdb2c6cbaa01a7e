// The SWUpdate of the tests with real devices.
import { findOnPath } from './run.mjs';
import { installSystemPackage } from './systemPackages.mjs';

const PACKAGES = { apt: ['swupdate'] };

/**
 * Finds SWUpdate, installing it where that may be done.
 *
 * @param {(line: string) => void} say
 * @returns {Promise<string | null>}
 */
export async function findSwupdate(say) {
  const found = findOnPath('swupdate');
  if (found) return found;
  say('there is no swupdate on the PATH for the tests with real devices');
  return (await installSystemPackage(PACKAGES, say)) ? findOnPath('swupdate') : null;
}
