// Makes a fresh clone ready to run: installs the packages where they are not, builds what has changed.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Failure } from './failure.mjs';
import { run } from './run.mjs';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));

const OLDEST_NODE = [20, 20];

/**
 * @param {(line: string) => void} say
 * @throws {Failure} `node-too-old`, `install-failed`, `build-failed`
 */
export async function bootstrap(say) {
  checkNode(process.versions.node);
  if (!isInstalled(ROOT)) await install(say);
  await build(say);
}

/**
 * @param {string} version
 * @throws {Failure} `node-too-old`
 */
export function checkNode(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = OLDEST_NODE;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
  throw new Failure(
    'node-too-old',
    `Gradus needs Node.js ${OLDEST_NODE.join('.')} or later; this is ${version}. See https://nodejs.org/en/download.`,
  );
}

/**
 * Whether the packages in `node_modules` are the ones that the lock file names.
 *
 * @param {string} root
 */
export function isInstalled(root) {
  try {
    return readFileSync(installedMark(root), 'utf8') === lockHash(root);
  } catch {
    return false;
  }
}

/**
 * Remembers that the packages which the lock file names are installed.
 *
 * @param {string} root
 */
export function markInstalled(root) {
  writeFileSync(installedMark(root), lockHash(root));
}

/** @param {string} root */
function installedMark(root) {
  return join(root, 'node_modules', '.gradus-lock-hash');
}

/** @param {string} root */
function lockHash(root) {
  return createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
}

/** @param {(line: string) => void} say */
async function install(say) {
  say('installing the packages: npm ci (the first time this takes half a minute)');
  // The builders are development packages, which a production environment would leave out.
  const args = ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'];
  if ((await run('npm', args, { cwd: ROOT })) !== 0) {
    throw new Failure(
      'install-failed',
      'npm ci failed; its output is above. Is the package registry reachable?',
    );
  }
  markInstalled(ROOT);
}

/** @param {(line: string) => void} say */
async function build(say) {
  say('building what has changed');
  const turbo = join(ROOT, 'node_modules', '.bin', 'turbo');
  const args = ['run', 'build', '--cache=local:rw', '--output-logs=errors-only', '--log-prefix=none'];
  const env = {
    ...process.env,
    TURBO_TELEMETRY_DISABLED: '1',
    TURBO_NO_UPDATE_NOTIFIER: '1',
    DO_NOT_TRACK: '1',
  };
  if ((await run(turbo, args, { cwd: ROOT, env })) !== 0) {
    throw new Failure('build-failed', 'the build failed; its output is above.');
  }
}
