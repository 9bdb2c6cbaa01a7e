// The worker process: drives plans on until it is told to stop.
import { setMaxListeners } from 'node:events';
import { createMetrics, listenForScrapes } from '@gradus/metrics';
import { openOutbound } from '@gradus/outbound';
import { openQueues } from '@gradus/queues';
import { openStore } from '@gradus/store';
import { startTraces } from '@gradus/traces';
import { pino } from 'pino';
import { keepStanding } from './keepStanding.js';
import { createLeftAlone } from './leftAlone.js';
import { tellOnce } from './pushes/tellOnce.js';
import { InvalidSettings, readSettings, type Settings } from './settings.js';
import { startWorkers } from './startWorkers.js';

/** Handing jobs back and closing connections takes no longer, or hangs. */
const CLOSE_WITHIN_MS = 3_000;

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

/** Ends the process where it has not ended by itself. */
function endAfter(ms: number): void {
  const end = () => {
    logger.fatal('not ended in time: what is under way is found once its locks are over');
    process.exit(1);
  };
  setTimeout(end, ms).unref();
}

async function run(): Promise<void> {
  const measured = createMetrics('worker');
  const scrapes = settings.metrics === null ? null : await listenForScrapes(measured, settings.metrics);
  if (scrapes !== null) logger.info({ url: scrapes.url }, 'metrics');
  const onError = (error: unknown) => logger.warn({ err: error }, 'redis connection');
  const traces = await startTraces('worker', process.env);
  const redis = { url: settings.redisUrl, namespace: settings.namespace, onError };
  const connectTo = { ...redis, ...(traces === null ? {} : { telemetry: traces.telemetry }) };
  const onOutdated = (err: Error) => {
    logger.fatal({ err }, 'a newer version has taken over');
    process.exit(1);
  };
  const { onOccurrence, jobs } = measured;
  const { timing, replicas, requireReleases } = settings;
  const store = await openStore({ ...redis, replicas, timing, requireReleases, onOutdated, onOccurrence });
  const queues = await openQueues(connectTo);
  const { planRetentionMs, drainMs, namespace, webhooks } = settings;
  const outbound = openOutbound(settings.outboundNetworks);
  for (const { name } of webhooks.endpoints) measured.webhooks.expect(name);
  const leftAlone = createLeftAlone(logger);
  const outOfTime = new AbortController();
  // Every job under way listens to it: many at once are no leak.
  setMaxListeners(0, outOfTime.signal);
  const deps = {
    store,
    queues,
    logger,
    planRetentionMs,
    namespace,
    outbound,
    isTraced: traces !== null,
    webhooks,
    webhookMetrics: measured.webhooks,
    tellPushed: tellOnce(queues.pushTasks),
    pushWithinMs: settings.pushWithinMs,
    publicUrl: settings.publicUrl,
    pushMetrics: measured.pushes,
    leftAlone,
    outOfTime: outOfTime.signal,
  };
  const standing = await keepStanding(deps, settings.dispatchRate);
  jobs.dispatchRate(settings.dispatchRate);
  const workers = startWorkers(deps, connectTo, jobs);
  measured.watch({ store, queues, connected: () => ({ workers: workers.connected() }) });
  await workers.ready();
  logger.info({ dispatchRate: settings.dispatchRate }, 'ready');

  const stop = async (signal: string) => {
    logger.info({ signal }, 'draining');
    endAfter(drainMs + CLOSE_WITHIN_MS);
    standing.stop();
    setTimeout(() => outOfTime.abort(), drainMs).unref();
    await workers.close();
    await outbound.close();
    await queues.close();
    await store.close();
    await scrapes?.close();
    await traces?.stop();
    logger.info('stopped');
    process.exit(0);
  };
  let stopping = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (stopping) process.exit(1);
      stopping = true;
      void stop(signal);
    });
  }
}

try {
  await run();
} catch (err) {
  logger.fatal({ err }, 'the worker cannot run');
  process.exit(1);
}
