// What a process tells Prometheus.
export { createMetrics, type Metrics } from './createMetrics.js';
export type { HttpMetrics } from './http.js';
export type { JobMetrics } from './jobs.js';
export { listenForScrapes } from './listenForScrapes.js';
export type { PushMetrics } from './pushes.js';
export type { WebhookMetrics } from './webhooks.js';
