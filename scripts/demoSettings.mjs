// What `npm start` takes from the environment, and what it makes up for a first look.
import { createHash, randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Failure } from './failure.mjs';

const ALL_SCOPES = [
  'plans:read',
  'plans:write',
  'agents:read',
  'agents:write',
  'agents:check-in',
  'releases:read',
  'releases:write',
  'queues:admin',
];

/**
 * @typedef {object} DemoSettings
 * @property {string} host
 * @property {number} port 0: any that is free
 * @property {number} metricsPort the api's; each worker has the next one. 0: any that are free
 * @property {string} dataFolder
 * @property {string} artifacts where uploaded artifacts are kept, as an address
 * @property {string | undefined} redisUrl undefined: one of our own
 * @property {number} workers how many worker processes
 * @property {number} demoAgents agents of the simulated fleet; 0: no fleet
 * @property {string} demoFailureRate
 * @property {string} apiKeys JSON
 * @property {string | null} token one that the api takes; null where only the operator knows
 */

/**
 * @param {NodeJS.ProcessEnv} env
 * @param {string} root relative paths begin there
 * @returns {DemoSettings}
 * @throws {Failure} `invalid-setting`
 */
export function readDemoSettings(env, root) {
  const ownKeys = env['GRADUS_API_KEYS'] || undefined;
  const token = env['GRADUS_DEMO_TOKEN'] || (ownKeys ? null : randomBytes(24).toString('base64url'));
  const dataFolder = resolve(root, env['GRADUS_DATA_DIR'] || '.gradus');
  return {
    host: env['HOST'] || '127.0.0.1',
    port: integer(env, 'PORT', 3000, 0, 65_535),
    metricsPort: integer(env, 'GRADUS_METRICS_PORT', 0, 0, 65_535),
    dataFolder,
    artifacts: env['GRADUS_ARTIFACTS'] || pathToFileURL(join(dataFolder, 'artifacts')).href,
    redisUrl: env['REDIS_URL'] || undefined,
    workers: integer(env, 'GRADUS_WORKERS', 1, 1, 256),
    // Without a token that the api takes, the fleet could not check in.
    demoAgents: token === null ? 0 : integer(env, 'GRADUS_DEMO_AGENTS', 50, 0, 1_000_000),
    demoFailureRate: env['GRADUS_DEMO_FAILURE_RATE'] || '0',
    apiKeys: ownKeys ?? demoKeys(token ?? ''),
    token,
  };
}

/** @param {DemoSettings} settings */
export function redisFolder(settings) {
  return join(settings.dataFolder, 'redis');
}

/**
 * @param {DemoSettings} settings
 * @returns {string} where the fleet keeps which version its agents run, so that it outlives a restart
 */
export function fleetFile(settings) {
  return join(settings.dataFolder, 'fleet.json');
}

/** @param {string} token */
function demoKeys(token) {
  const sha256 = createHash('sha256').update(token).digest('hex');
  return JSON.stringify([{ name: 'demo', sha256, scopes: ALL_SCOPES }]);
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @param {string} name
 * @param {number} missing
 * @param {number} least
 * @param {number} most
 */
function integer(env, name, missing, least, most) {
  const text = env[name] || String(missing);
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= least && number <= most) return number;
  throw new Failure(
    'invalid-setting',
    `${name} is ${text}; it must be a whole number from ${least} to ${most}.`,
  );
}
