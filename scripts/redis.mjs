// Runs a Redis of our own, its data in a folder of ours.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Failure } from './failure.mjs';
import { freePort } from './ports.mjs';
import { becomes, claimFolder, releaseFolder } from './redisClaim.mjs';
import { ask } from './redisProtocol.mjs';
import { findRedisServer } from './redisServers.mjs';
import { supervise } from './supervise.mjs';

const KEEP = fileURLToPath(new URL('./keep.mjs', import.meta.url));

/** Without a sign of life for this long it will not come. Loading a large file of data is a sign of life. */
const SILENT_AT_MOST_MS = 60_000;
const FIRST_FETCH_AT_MOST_MS = 300_000;
const END_WITHIN_MS = 30_000;
const SHOWN_LINES = 20;

/**
 * @typedef {object} RunningRedis
 * @property {string} url
 * @property {string} description what it is, for people
 * @property {() => Promise<void>} stop writes its data out and ends it
 * @property {() => void} kill ends it at once
 */

/**
 * Starts a Redis on a free port of this machine, and returns once it answers.
 *
 * @param {object} options
 * @param {string} options.folder its data; made where it is missing
 * @param {boolean} options.restart whether it is started again when it dies
 * @param {boolean} options.javascript whether a server in JavaScript, slow and forgetful, is better than none
 * @param {(line: string) => void} options.say
 * @param {(line: string) => void} options.onLine hears what it logs
 * @returns {Promise<RunningRedis>}
 * @throws {Failure} `no-redis`, `data-folder-in-use`, `redis-did-not-start`
 */
export async function startRedis({ folder: givenFolder, restart, javascript, say, onLine }) {
  const folder = resolve(givenFolder);
  const server = await findRedisServer({ javascript, say });
  const durable = server.kind !== 'javascript';
  const claim = durable ? await claimFolder(folder, say) : { port: await freePort(), password: null };
  if (claim.password !== null) writeConfiguration(folder, claim, server.kind === 'container');

  /** @type {string[]} */
  const lastLines = [];
  const child = supervise({
    name: 'redis',
    args: [KEEP, ...server.command({ folder, port: claim.port })],
    env: { ...process.env, ...server.env },
    restart,
    onLine: (line) => {
      lastLines.push(line);
      if (lastLines.length > SHOWN_LINES) lastLines.shift();
      onLine(line);
    },
    say,
  });
  const stop = async () => {
    await child.stop(END_WITHIN_MS);
    if (durable) releaseFolder(folder);
  };
  if (!(await answersInTime(claim, server.kind === 'program' ? SILENT_AT_MOST_MS : FIRST_FETCH_AT_MOST_MS))) {
    await stop();
    throw new Failure(
      'redis-did-not-start',
      [`Redis (${server.description}) did not start. It said:`, ...lastLines].join('\n  '),
    );
  }
  const secret = claim.password === null ? '' : `:${claim.password}@`;
  return {
    url: `redis://${secret}127.0.0.1:${claim.port}`,
    description: `${server.description}, on port ${claim.port}${durable ? `, data in ${folder}` : ''}`,
    stop,
    kill: () => child.kill(),
  };
}

/**
 * @param {string} folder
 * @param {{port: number, password: string}} claim
 * @param {boolean} contained whether it runs in a container, which sees the folder as /data
 */
function writeConfiguration(folder, { port, password }, contained) {
  mkdirSync(folder, { recursive: true });
  const lines = [
    `port ${port}`,
    `bind ${contained ? '0.0.0.0' : '127.0.0.1'}`,
    `requirepass ${password}`,
    `dir ${JSON.stringify(contained ? '/data' : folder)}`,
    'appendonly yes',
    'appendfsync everysec',
    'save ""',
    'maxmemory-policy noeviction',
    'loglevel warning',
  ];
  writeFileSync(join(folder, 'redis.conf'), `${lines.join('\n')}\n`, { mode: 0o600 });
}

/**
 * @param {{port: number, password: string | null}} claim
 * @param {number} silentAtMostMs
 * @returns {Promise<boolean>}
 */
async function answersInTime({ port, password }, silentAtMostMs) {
  const greeting = [...(password === null ? [] : [['AUTH', password]]), ['PING']];
  let lastSignAt = Date.now();
  let answered = false;
  await becomes(Number.POSITIVE_INFINITY, async () => {
    const said = await ask(port, greeting);
    answered = Array.isArray(said) && said.at(-1) === '+PONG';
    if (Array.isArray(said) && said.at(-1)?.startsWith('-LOADING')) lastSignAt = Date.now();
    return answered || Date.now() - lastSignAt > silentAtMostMs;
  });
  return answered;
}
