// All metrics of one process, in one registry.
import { readFileSync } from 'node:fs';
import type { Occurrence } from '@gradus/store';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { createHttpMetrics, type HttpMetrics } from './http.js';
import { createJobMetrics, type JobMetrics } from './jobs.js';
import { createOccurrenceMetrics } from './occurrences.js';
import { createPushMetrics, type PushMetrics } from './pushes.js';
import { measureCommands } from './redis.js';
import { createSystemMetrics, type System } from './system.js';
import { createWebhookMetrics, type WebhookMetrics } from './webhooks.js';

/** What is measured, however it is read. */
interface Shared {
  /** To be told of each thing that a step of this process has brought about. */
  onOccurrence(occurrence: Occurrence): void;
  /** From now on the figures of the whole system, and of the connections, are taken from there. */
  watch(system: System): void;
  contentType: string;
  /** @returns every metric in Prometheus' text format; within seconds, whatever state Redis is in */
  scrape(): Promise<string>;
}

export interface Metrics {
  api: Shared & { http: HttpMetrics };
  worker: Shared & { jobs: JobMetrics; webhooks: WebhookMetrics; pushes: PushMetrics };
}

const OF_APP = { api: withHttp, worker: withJobs };

/** @returns metrics of the process, and what is to be told of what it does */
export function createMetrics<App extends keyof Metrics>(app: App): Metrics[App] {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  tellBuild(registry, app);
  measureCommands(registry);
  const onOccurrence = createOccurrenceMetrics(registry);
  const system = createSystemMetrics(registry);
  const shared: Shared = {
    onOccurrence,
    watch: system.watch,
    contentType: registry.contentType,
    scrape: async () => {
      await system.refresh();
      return registry.metrics();
    },
  };
  return OF_APP[app](registry, shared) as Metrics[App];
}

function withHttp(registry: Registry, shared: Shared): Metrics['api'] {
  return { ...shared, http: createHttpMetrics(registry) };
}

function withJobs(registry: Registry, shared: Shared): Metrics['worker'] {
  return {
    ...shared,
    jobs: createJobMetrics(registry),
    webhooks: createWebhookMetrics(registry),
    pushes: createPushMetrics(registry),
  };
}

function tellBuild(registry: Registry, app: string): void {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  const { version }: { version: string } = JSON.parse(manifest);
  const gauge = new Gauge({
    name: 'gradus_build_info',
    help: 'Always 1: which app the process is, and of which version',
    labelNames: ['app', 'version', 'node'],
    registers: [registry],
  });
  gauge.set({ app, version, node: process.version }, 1);
}
