// The api's process: reads the settings, opens what it needs, serves until it is told to stop.
import { openQueues, type Queues } from '@gradus/queues';
import { openStore, type Store } from '@gradus/store';
import { createApp } from './app.js';
import { createLogger } from './logger.js';
import { listen } from './server.js';
import { InvalidSettings, readSettings, type Settings } from './settings.js';

const DRAIN_MS = 10_000;

function settingsOrExit(): Settings {
  try {
    return readSettings(process.env);
  } catch (error) {
    if (!(error instanceof InvalidSettings)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}

const settings = settingsOrExit();
const logger = createLogger(settings.logLevel);

function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
  });
}

async function serveUntilStopped(store: Store, queues: Queues): Promise<void> {
  // Not before: a process that still waits for Redis may be ended at any moment.
  const stopped = stopSignal();
  const shutdown = new AbortController();
  for (const warning of await store.durabilityWarnings()) {
    logger.warn({ warning }, 'PLANS CAN BE LOST');
  }
  const app = createApp({ ...settings, store, queues, logger, shutdown: shutdown.signal });
  const server = await listen(app, settings);
  logger.info({ url: server.url }, 'listening');
  logger.info({ signal: await stopped }, 'stopping');
  shutdown.abort();
  await server.close(DRAIN_MS);
  logger.info('stopped');
}

async function run(): Promise<void> {
  const redis = {
    replicas: settings.replicas,
    url: settings.redisUrl,
    namespace: settings.namespace,
    onError: (err: unknown) => logger.warn({ err }, 'redis'),
  };
  const store = await openStore({ ...redis, timing: settings.timing });
  try {
    const queues = await openQueues(redis);
    try {
      await serveUntilStopped(store, queues);
    } finally {
      await queues.close();
    }
  } finally {
    await store.close();
  }
}

try {
  await run();
} catch (err) {
  logger.fatal({ err }, 'the api cannot run');
  process.exit(1);
}
