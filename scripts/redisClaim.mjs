// Whose a data folder of the embedded Redis is: never two servers on one folder, whatever was killed before.
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Failure } from './failure.mjs';
import { freePort } from './ports.mjs';
import { ask } from './redisProtocol.mjs';

/** How long a server that is just starting, or just ending, is given. */
const SETTLE_MS = 5_000;
const DYING_MS = 1_000;
const END_MS = 30_000;
const POLL_MS = 100;

/** The folders that this very process has, by path. */
const held = new Set();

/**
 * @typedef {object} Claim
 * @property {number} supervisorPid
 * @property {number} port
 * @property {string} password who knows it has read this file, so it also proves that a server is the folder's
 */

/**
 * Claims the folder. A server that a killed supervisor left behind on it is shut down first, its data written.
 *
 * @param {string} folder made where it is missing
 * @param {(line: string) => void} say
 * @returns {Promise<Claim>}
 * @throws {Failure} `data-folder-in-use` where another supervisor that lives has it
 */
export async function claimFolder(folder, say) {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, 'server.json');
  if (held.has(folder)) throw inUse(folder, process.pid);
  for (;;) {
    const claim = {
      supervisorPid: process.pid,
      port: await freePort(),
      password: randomBytes(24).toString('hex'),
    };
    try {
      writeFileSync(file, `${JSON.stringify(claim)}\n`, { flag: 'wx', mode: 0o600 });
      held.add(folder);
      return claim;
    } catch (error) {
      if (!existsSync(file)) throw error;
    }
    const found = readClaim(file);
    await clearAway(found, folder, say);
    // Another that starts at the same time may have cleared it away too, and claimed the folder since.
    if (readClaim(file)?.password === found?.password) rmSync(file, { force: true });
  }
}

/** @param {string} folder */
export function releaseFolder(folder) {
  held.delete(folder);
  rmSync(join(folder, 'server.json'), { force: true });
}

/**
 * Whether the server of this claim answers, loading its data included.
 *
 * @param {Claim} claim
 */
async function answers(claim) {
  const said = await ask(claim.port, [['AUTH', claim.password], ['PING']]);
  return Array.isArray(said) && said[0] === '+OK';
}

/**
 * @param {string} file
 * @returns {Claim | null} null where it was broken off while being written
 */
function readClaim(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

/**
 * Returns once no server uses the folder any more.
 *
 * @param {Claim | null} claim
 * @param {string} folder
 * @param {(line: string) => void} say
 */
async function clearAway(claim, folder, say) {
  if (claim === null) return;
  const isSupervised = () => claim.supervisorPid !== process.pid && lives(claim.supervisorPid);
  // A living process with that number may be another program by now; then no server of ours answers. And one
  // that was killed a moment ago may not be gone yet.
  if (
    isSupervised() &&
    (await becomes(SETTLE_MS, () => answers(claim))) &&
    !(await becomes(DYING_MS, async () => !isSupervised()))
  ) {
    throw inUse(folder, claim.supervisorPid);
  }
  if (!(await answers(claim))) return;
  say(`a Redis of an earlier run is still there on port ${claim.port}; it is shut down first`);
  await ask(claim.port, [['AUTH', claim.password], ['SHUTDOWN']]);
  const ended = await becomes(END_MS, async () => (await ask(claim.port, [['PING']])) === 'refused');
  if (!ended) {
    throw new Failure(
      'data-folder-in-use',
      `a Redis of an earlier run still uses ${folder} on port ${claim.port} and does not end. End it by hand, or set GRADUS_DATA_DIR to another folder.`,
    );
  }
}

/**
 * @param {string} folder
 * @param {number} pid
 */
function inUse(folder, pid) {
  return new Failure(
    'data-folder-in-use',
    `${folder} is in use by process ${pid}, which is running. Stop it, or set GRADUS_DATA_DIR to another folder.`,
  );
}

/**
 * Whether a process still runs.
 *
 * @param {number} pid
 */
export function lives(pid) {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/**
 * @param {number} withinMs
 * @param {() => Promise<boolean>} condition
 */
export async function becomes(withinMs, condition) {
  const until = Date.now() + withinMs;
  for (;;) {
    if (await condition()) return true;
    if (Date.now() >= until) return false;
    await wait(POLL_MS);
  }
}

/**
 * Whether only its exit code is left of a process. In a container without an init nobody ever collects that.
 *
 * @param {number} pid
 */
function isZombie(pid) {
  try {
    return /\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
