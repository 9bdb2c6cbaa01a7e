// The worker process: drives plans on until it is told to stop.
import { openQueues } from '@gradus/queues';
import { openStore } from '@gradus/store';
import { pino } from 'pino';
import { keepStanding } from './keepStanding.js';
import { InvalidSettings, readSettings, type Settings } from './settings.js';
import { startWorkers } from './startWorkers.js';

const DRAIN_AT_MOST_MS = 10_000;

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
const logger = pino({ level: settings.logLevel, base: { app: 'worker', pid: process.pid } });

async function run(): Promise<void> {
  const onError = (error: unknown) => logger.warn({ err: error }, 'redis connection');
  const connectTo = { url: settings.redisUrl, namespace: settings.namespace, onError };
  const store = await openStore({ ...connectTo, timing: settings.timing });
  const queues = await openQueues(connectTo);
  const { planRetentionMs } = settings;
  const deps = { store, queues, logger, planRetentionMs };
  const standing = await keepStanding(deps, settings.dispatchRate);
  const workers = startWorkers(deps, connectTo);
  await workers.ready();
  logger.info({ dispatchRate: settings.dispatchRate }, 'ready');

  let stopping = false;
  const stop = async (signal: string) => {
    if (stopping) return;
    stopping = true;
    logger.info({ signal }, 'draining');
    standing.stop();
    await workers.close(DRAIN_AT_MOST_MS);
    await queues.close();
    await store.close();
    logger.info('stopped');
    process.exit(0);
  };
  process.on('SIGTERM', (signal) => void stop(signal));
  process.on('SIGINT', (signal) => void stop(signal));
}

try {
  await run();
} catch (err) {
  logger.fatal({ err }, 'the worker cannot run');
  process.exit(1);
}
