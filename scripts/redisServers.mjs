// The Redis servers that this machine could run, best first.
import { Failure } from './failure.mjs';
import { findOnPath, succeeds } from './run.mjs';
import { installSystemPackage } from './systemPackages.mjs';

const IMAGE = 'redis:7-alpine';
const JAVASCRIPT_SERVER = 'js-redis-server@0.3';

const PACKAGES = {
  apt: ['redis-server', 'valkey-server'],
  apk: ['redis', 'valkey'],
  dnf: ['redis', 'valkey'],
  brew: ['redis', 'valkey'],
};

const NONE_TO_BE_HAD = `No Redis was found, and none could be installed. Any of these helps:
  Debian, Ubuntu   sudo apt-get install redis-server
  Alpine           sudo apk add redis
  Fedora           sudo dnf install valkey
  macOS            brew install redis
  Docker           docker run -d -p 127.0.0.1:6379:6379 ${IMAGE} --appendonly yes --maxmemory-policy noeviction
                   and then REDIS_URL=redis://127.0.0.1:6379
  another machine  REDIS_URL=redis://user:password@host:6379`;

/**
 * @typedef {object} RedisServer
 * @property {'program' | 'container' | 'javascript'} kind
 * @property {string} description
 * @property {(place: {folder: string, port: number}) => string[]} command
 * @property {NodeJS.ProcessEnv} env what its environment needs beside ours
 */

/**
 * Finds a Redis server, installing one where that may be done.
 *
 * @param {object} options
 * @param {boolean} options.javascript whether a server in JavaScript, slow and forgetful, is better than none
 * @param {(line: string) => void} options.say
 * @returns {Promise<RedisServer>}
 * @throws {Failure} `no-redis`, with the commands to choose from
 */
export async function findRedisServer({ javascript, say }) {
  const found = onPath();
  if (found) return found;
  say('there is no redis-server and no valkey-server on the PATH');
  if (await installSystemPackage(PACKAGES, say)) {
    const installed = onPath();
    if (installed) return installed;
  }
  if (findOnPath('docker') && succeeds('docker', ['info'])) return container();
  if (javascript && findOnPath('npx')) {
    say('!! No Redis can be had here. A server in JavaScript takes its place for a first look:');
    say('!! it is SLOW, and it KEEPS NOTHING: every plan is lost when this ends.');
    return javaScriptServer();
  }
  throw new Failure('no-redis', NONE_TO_BE_HAD);
}

/** @returns {RedisServer | null} */
function onPath() {
  const path = findOnPath('redis-server') ?? findOnPath('valkey-server');
  if (path === null) return null;
  return {
    kind: 'program',
    description: path,
    command: ({ folder }) => [path, `${folder}/redis.conf`],
    env: {},
  };
}

/** @returns {RedisServer} */
function container() {
  const user = `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`;
  return {
    kind: 'container',
    description: `a container of ${IMAGE}`,
    command: ({ folder, port }) => [
      ...['docker', 'run', '--rm', '--user', user, '--publish', `127.0.0.1:${port}:${port}`],
      ...['--volume', `${folder}:/data`, IMAGE, 'redis-server', '/data/redis.conf'],
    ],
    env: {},
  };
}

/** @returns {RedisServer} */
function javaScriptServer() {
  const loopbackOnly = new URL('./loopbackOnly.mjs', import.meta.url).href;
  return {
    kind: 'javascript',
    description: `${JAVASCRIPT_SERVER}, in JavaScript: slow, keeps nothing`,
    command: ({ port }) => ['npx', '--yes', '--loglevel=error', JAVASCRIPT_SERVER, '--port', String(port)],
    env: { NODE_OPTIONS: `--import=${loopbackOnly}` },
  };
}
