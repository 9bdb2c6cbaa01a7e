// The worker process: drives plans on until it is told to stop.
import { openQueues } from '@gradus/queues';
import { openStore } from '@gradus/store';
import { pino } from 'pino';
import { InvalidSettings, readSettings } from './settings.js';
import { startWorkers } from './startWorkers.js';

const RECONCILE_EVERY_MS = 5_000;
const DRAIN_AT_MOST_MS = 10_000;

async function main(): Promise<void> {
  const settings = readSettings(process.env);
  const logger = pino({ level: settings.LOG_LEVEL, base: { app: 'worker', pid: process.pid } });
  const onError = (error: unknown) => logger.warn({ err: error }, 'redis connection');
  const connectTo = { url: settings.REDIS_URL, namespace: settings.GRADUS_NAMESPACE, onError };
  const store = await openStore(connectTo);
  const queues = await openQueues(connectTo);
  await queues.setDispatchRate(settings.GRADUS_DISPATCH_RATE === 0 ? null : settings.GRADUS_DISPATCH_RATE);
  await queues.scheduleReconcile(RECONCILE_EVERY_MS);
  const workers = startWorkers({ store, queues, logger }, connectTo);
  await workers.ready();
  logger.info({ dispatchRate: settings.GRADUS_DISPATCH_RATE }, 'ready');

  let stopping = false;
  const stop = async (signal: string) => {
    if (stopping) return;
    stopping = true;
    logger.info({ signal }, 'draining');
    await workers.close(DRAIN_AT_MOST_MS);
    await queues.close();
    await store.close();
    logger.info('stopped');
    process.exit(0);
  };
  process.on('SIGTERM', (signal) => void stop(signal));
  process.on('SIGINT', (signal) => void stop(signal));
}

main().catch((error: unknown) => {
  const message = error instanceof InvalidSettings ? `The worker cannot start. ${error.message}` : error;
  console.error(message);
  process.exit(1);
});
