// Traces, where OpenTelemetry's own settings ask for them. Where they do not, nothing of its SDK is loaded.
import { type QueueTelemetry, queueTelemetry } from './queueTelemetry.js';

/** A collector that is away is not waited for any longer. */
const STOP_WITHIN_MS = 2_000;

export interface Traces {
  /** For the queues and the workers. */
  telemetry: QueueTelemetry;
  /** Sends what is left. */
  stop(): Promise<void>;
}

/** @returns whether the environment names an exporter, or where its traces are to go, and does not switch all off */
export function isTraced(env: Readonly<Record<string, string | undefined>>): boolean {
  if (env['OTEL_SDK_DISABLED']?.toLowerCase() === 'true' || env['OTEL_TRACES_EXPORTER'] === 'none')
    return false;
  const named = ['OTEL_TRACES_EXPORTER', 'OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'];
  return named.some((name) => (env[name] ?? '') !== '');
}

/**
 * @param env as `process.env`, which the SDK reads as well
 * @returns null where nothing is to be traced
 */
export async function startTraces(
  app: 'api' | 'worker',
  env: Readonly<Record<string, string | undefined>>,
): Promise<Traces | null> {
  if (!isTraced(env)) return null;
  const [{ NodeSDK }, { BullMQOtel }] = await Promise.all([
    import('@opentelemetry/sdk-node'),
    import('bullmq-otel'),
  ]);
  const sdk = new NodeSDK({
    ...((env['OTEL_SERVICE_NAME'] ?? '') === '' ? { serviceName: `gradus-${app}` } : {}),
    // Metrics and logs go other ways.
    metricReaders: [],
    logRecordProcessors: [],
    instrumentations: [],
  });
  sdk.start();
  return {
    telemetry: queueTelemetry(new BullMQOtel({ tracerName: 'gradus' })),
    stop: async () => {
      const late = new Promise<void>((resolve) => {
        setTimeout(resolve, STOP_WITHIN_MS).unref();
      });
      await Promise.race([sdk.shutdown().catch(() => undefined), late]);
    },
  };
}
