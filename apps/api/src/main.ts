// The api's process: reads the settings, opens what it needs, serves until it is told to stop.
import { setTimeout as wait } from 'node:timers/promises';
import { createMetrics, listenForScrapes } from '@gradus/metrics';
import { openQueues, type Queues } from '@gradus/queues';
import { openStore, type Store } from '@gradus/store';
import { startTraces, type Traces } from '@gradus/traces';
import { createApp } from './app.js';
import { openArtifactFiles } from './artifacts/openFiles.js';
import { sweepOrphans } from './artifacts/sweep.js';
import { createLogger } from './logger.js';
import { listen } from './server.js';
import { InvalidSettings, readSettings, type Settings } from './settings.js';

/** Closing the connections to Redis takes no longer, or hangs. */
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
const logger = createLogger(settings.logLevel);
const measured = createMetrics('api');

/** The first one; the second ends the process at once. */
function stopSignal(): Promise<NodeJS.Signals> {
  let stopping = false;
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => {
        if (stopping) process.exit(1);
        stopping = true;
        resolve(signal);
      });
    }
  });
}

/** Ends the process where it has not ended by itself. */
function endAfter(ms: number): void {
  const end = () => {
    logger.fatal('not ended in time');
    process.exit(1);
  };
  setTimeout(end, ms).unref();
}

async function serveUntilStopped(store: Store, queues: Queues, isTraced: boolean): Promise<void> {
  // Not before: a process that still waits for Redis may be ended at any moment.
  const stopped = stopSignal();
  const leaving = new AbortController();
  const shutdown = new AbortController();
  for (const warning of await store.durabilityWarnings()) {
    logger.warn({ warning }, 'PLANS CAN BE LOST');
  }
  const signals = { leaving: leaving.signal, shutdown: shutdown.signal };
  measured.watch({ store, queues });
  const { artifactsPlace } = settings;
  const artifactFiles = artifactsPlace === null ? null : await openArtifactFiles(artifactsPlace);
  if (artifactFiles !== null) {
    sweepOrphans(artifactFiles, store, logger).catch((err: unknown) => {
      logger.warn({ err }, 'the kept artifacts could not be looked through');
    });
  }
  const app = createApp({
    ...settings,
    ...signals,
    store,
    queues,
    measured,
    isTraced,
    logger,
    artifactFiles,
  });
  const server = await listen(app, settings, () => measured.http.refused('connections'));
  logger.info({ url: server.url }, 'listening');
  logger.info({ signal: await stopped }, 'stopping');
  const { noticeMs, drainMs } = settings;
  endAfter(noticeMs + drainMs + CLOSE_WITHIN_MS);
  leaving.abort();
  server.leave();
  await wait(noticeMs);
  shutdown.abort();
  const cutOff = await server.close(drainMs);
  if (cutOff > 0) {
    logger.warn({ cutOff }, 'requests were cut off');
    process.exitCode = 1;
  }
  logger.info('stopped');
}

const telemetryOf = (traces: Traces | null) => (traces === null ? {} : { telemetry: traces.telemetry });

async function run(): Promise<void> {
  const scrapes = settings.metrics === null ? null : await listenForScrapes(measured, settings.metrics);
  if (scrapes !== null) logger.info({ url: scrapes.url }, 'metrics');
  const traces = await startTraces('api', process.env);
  const redis = {
    replicas: settings.replicas,
    url: settings.redisUrl,
    namespace: settings.namespace,
    onError: (err: unknown) => logger.warn({ err }, 'redis'),
  };
  const onOutdated = (err: Error) => {
    logger.fatal({ err }, 'a newer version has taken over');
    process.exit(1);
  };
  const { onOccurrence } = measured;
  const store = await openStore({
    ...redis,
    timing: settings.timing,
    requireReleases: settings.requireReleases,
    onOutdated,
    onOccurrence,
  });
  try {
    const queues = await openQueues({ ...redis, ...telemetryOf(traces) });
    try {
      await serveUntilStopped(store, queues, traces !== null);
    } finally {
      await queues.close();
    }
  } finally {
    await store.close();
    await scrapes?.close();
    await traces?.stop();
  }
}

try {
  await run();
} catch (err) {
  logger.fatal({ err }, 'the api cannot run');
  process.exit(1);
}
