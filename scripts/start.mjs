// `npm start`: Redis, the api, workers and a simulated fleet, each a process of its own.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { banner } from './banner.mjs';
import { bootstrap, ROOT } from './bootstrap.mjs';
import { fleetFile, readDemoSettings, redisFolder } from './demoSettings.mjs';
import { exitWith, Failure } from './failure.mjs';
import { readable } from './logLines.mjs';
import { freePort, whyTaken } from './ports.mjs';
import { startRedis } from './redis.mjs';
import { becomes } from './redisClaim.mjs';
import { supervise } from './supervise.mjs';

const READY_WITHIN_MS = 60_000;
/** Enough for a worker to finish the jobs that it has in hand. */
const GRACE_MS = 20_000;
/** npm passes a Ctrl-C on to us that the terminal has sent us already: that is one, not two. */
const SAME_SIGNAL_MS = 1_000;
const PARENT_POLL_MS = 2_000;
const LABEL_WIDTH = 8;

/** Who is stopped before whom: the fleet first, and Redis once nobody writes any more. */
const STOP_ORDER = /** @type {const} */ (['fleet', 'worker', 'api', 'redis']);

/** @type {{kind: typeof STOP_ORDER[number], stop: () => Promise<void>, kill: () => void}[]} */
const running = [];
/** @type {number | null} */
let stoppingSince = null;

/**
 * @param {string} label
 * @returns {(line: string) => void}
 */
const printer = (label) => (line) => console.log(`${label.padEnd(LABEL_WIDTH)} | ${line}`);
const say = printer('gradus');

for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(signal, onSignal);
// Whoever read our output has gone.
process.stdout.on('error', () => void stopAll(1));
if (process.env['npm_lifecycle_event']) stopWithNpm();

try {
  await start();
} catch (error) {
  if (stoppingSince === null) {
    await stopRunning();
    exitWith(error);
  }
}

async function start() {
  const settings = readDemoSettings(process.env, ROOT);
  const port = settings.port === 0 ? await freePort() : settings.port;
  await checkPort(port, settings.host);
  const metricsPorts = await portsForMetrics(settings);
  await bootstrap(say);

  mkdirSync(settings.dataFolder, { recursive: true });
  const redisUrl = settings.redisUrl ?? (await startOwnRedis(redisFolder(settings)));
  if (settings.redisUrl) say('Redis: the one of REDIS_URL');

  const url = `http://${reachable(settings.host)}:${port}`;
  const common = { ...process.env, REDIS_URL: redisUrl };
  startApp('api', 'api', {
    ...common,
    GRADUS_METRICS_PORT: String(metricsPorts[0]),
    HOST: settings.host,
    PORT: String(port),
    GRADUS_API_KEYS: settings.apiKeys,
    GRADUS_ARTIFACTS: settings.artifacts,
  });
  for (let n = 1; n <= settings.workers; n++) {
    startApp('worker', settings.workers === 1 ? 'worker' : `worker${n}`, {
      ...common,
      GRADUS_METRICS_PORT: String(metricsPorts[n]),
    });
  }
  await waitUntilReady(url);
  if (settings.demoAgents > 0 && settings.token !== null) {
    startApp('fleet', 'fleet', {
      ...process.env,
      GRADUS_URL: url,
      GRADUS_TOKEN: settings.token,
      GRADUS_DEMO_AGENTS: String(settings.demoAgents),
      GRADUS_DEMO_FAILURE_RATE: settings.demoFailureRate,
      GRADUS_FLEET_STATE: fleetFile(settings),
    });
  }
  if (stoppingSince === null)
    console.log(banner({ url, token: settings.token, demoAgents: settings.demoAgents, metricsPorts }));
}

/**
 * @param {import('./demoSettings.mjs').DemoSettings} settings
 * @returns {Promise<number[]>} the api's, then each worker's: those of a process that dies stay its own
 * @throws {Failure} `port-taken`
 */
async function portsForMetrics({ metricsPort, workers }) {
  const ports = [];
  for (let n = 0; n <= workers; n++) {
    const port = metricsPort === 0 ? await freePort() : metricsPort + n;
    if ((await whyTaken(port, '127.0.0.1')) !== null) {
      throw new Failure(
        'port-taken',
        `Port ${port}, for metrics, is taken. Choose another by GRADUS_METRICS_PORT, or 0 for any.`,
      );
    }
    ports.push(port);
  }
  return ports;
}

/**
 * @param {number} port
 * @param {string} host
 * @throws {Failure} `port-taken`
 */
async function checkPort(port, host) {
  const fault = await whyTaken(port, host);
  if (fault === null) return;
  throw new Failure(
    'port-taken',
    fault === 'EADDRINUSE'
      ? `Port ${port} on ${host} is taken. Stop what uses it, or choose another: PORT=${port + 1} npm start`
      : `The api cannot listen on ${host}, port ${port}: ${fault}. Choose others by HOST and PORT.`,
  );
}

/**
 * @param {string} host what the api listens on
 * @returns {string} what it is called in a URL on this machine
 */
function reachable(host) {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}

/** @param {string} folder */
async function startOwnRedis(folder) {
  const redis = await startRedis({ folder, restart: true, javascript: true, say, onLine: printer('redis') });
  running.push({ kind: 'redis', ...redis });
  say(`Redis: ${redis.description}`);
  return redis.url;
}

/**
 * @param {'api' | 'worker' | 'fleet'} app
 * @param {string} label
 * @param {NodeJS.ProcessEnv} env
 */
function startApp(app, label, env) {
  if (stoppingSince !== null) return;
  const print = printer(label);
  const child = supervise({
    name: label,
    args: [join(ROOT, 'apps', app, 'dist', 'main.js')],
    env,
    restart: true,
    onLine: (line) => print(readable(line)),
    say,
  });
  running.push({ kind: app, stop: () => child.stop(GRACE_MS), kill: child.kill });
}

/** @param {string} url */
async function waitUntilReady(url) {
  const ready = await becomes(
    READY_WITHIN_MS,
    async () => stoppingSince !== null || (await answersReady(url)),
  );
  if (!ready)
    throw new Failure(
      'not-ready',
      `The api did not get ready within ${READY_WITHIN_MS / 1000} s; its output is above.`,
    );
}

/** @param {string} url */
async function answersReady(url) {
  try {
    return (await fetch(`${url}/readyz`)).ok;
  } catch {
    return false;
  }
}

function onSignal() {
  if (stoppingSince === null) {
    say('stopping; once more kills at once');
    void stopAll(0);
  } else if (Date.now() - stoppingSince > SAME_SIGNAL_MS) {
    say('killing');
    for (const one of running) one.kill();
    process.exit(1);
  }
}

/** @param {number} code */
async function stopAll(code) {
  if (stoppingSince !== null) return;
  stoppingSince = Date.now();
  await stopRunning();
  process.exit(code);
}

async function stopRunning() {
  for (const kind of STOP_ORDER) {
    await Promise.all(running.filter((one) => one.kind === kind).map((one) => one.stop()));
  }
}

/** npm that is killed outright passes nothing on; its end shows in our parent's number. */
function stopWithNpm() {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) void stopAll(1);
  }, PARENT_POLL_MS).unref();
}
