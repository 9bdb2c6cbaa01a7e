// Installs a package with the system's package manager, where that may be done without asking for a password.
import { chmodSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { findOnPath, run, succeeds } from './run.mjs';

const POLICY = '/usr/sbin/policy-rc.d';

/**
 * @typedef {object} Packages what the wanted program's package is called, by package manager; tried in order
 * @property {string[]} [apt]
 * @property {string[]} [apk]
 * @property {string[]} [dnf]
 * @property {string[]} [brew]
 */

/**
 * Installs the first of the packages that the system's package manager has. No service is started.
 *
 * @param {Packages} packages
 * @param {(line: string) => void} say
 * @returns {Promise<boolean>} false where there is no package manager, no right to use it, or it failed
 */
export async function installSystemPackage(packages, say) {
  const sudo = sudoPrefix();
  if (findOnPath('apt-get') && packages.apt && sudo) return installWithApt(packages.apt, sudo, say);
  if (findOnPath('apk') && packages.apk && sudo) {
    return installFirst(packages.apk, [...sudo, 'apk', 'add', '--no-cache'], say);
  }
  if (findOnPath('dnf') && packages.dnf && sudo) {
    return installFirst(packages.dnf, [...sudo, 'dnf', 'install', '-y'], say);
  }
  if (findOnPath('brew') && packages.brew) return installFirst(packages.brew, ['brew', 'install'], say);
  return false;
}

/** @returns {string[] | null} what goes before a command that needs root; null where root cannot be had */
function sudoPrefix() {
  if (process.getuid?.() === 0) return [];
  return findOnPath('sudo') && succeeds('sudo', ['-n', 'true']) ? ['sudo', '-n'] : null;
}

/**
 * @param {string[]} names
 * @param {string[]} command
 * @param {(line: string) => void} say
 */
async function installFirst(names, command, say) {
  const [program = '', ...args] = command;
  for (const name of names) {
    say(`installing it: ${[...command, name].join(' ')}`);
    if ((await run(program, [...args, name])) === 0) return true;
  }
  return false;
}

/**
 * @param {string[]} names
 * @param {string[]} sudo
 * @param {(line: string) => void} say
 */
async function installWithApt(names, sudo, say) {
  const apt = [...sudo, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-qq', '-o', 'Dpkg::Use-Pty=0'];
  const [program = '', ...args] = apt;
  say('fetching the package lists: apt-get update');
  await run(program, [...args, 'update']);
  // Debian starts, and at boot starts again, a service that it installs; ours needs only the program.
  const denied = denyServices();
  try {
    const installed = await installFirst(names, [...apt, 'install', '-y', '--no-install-recommends'], say);
    if (installed && findOnPath('systemctl')) {
      const [systemctl = '', ...rest] = [...sudo, 'systemctl', 'disable', '--now'];
      for (const name of names) succeeds(systemctl, [...rest, name]);
    }
    return installed;
  } finally {
    if (denied) rmSync(POLICY, { force: true });
  }
}

/** @returns {boolean} whether a policy was written that is to be removed afterwards */
function denyServices() {
  if (process.getuid?.() !== 0 || existsSync(POLICY)) return false;
  writeFileSync(POLICY, '#!/bin/sh\nexit 101\n');
  chmodSync(POLICY, 0o755);
  return true;
}
