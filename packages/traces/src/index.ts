// Traces: from a request through the queues to what became of a task.
export type { About } from './attributes.js';
export type { QueueTelemetry } from './queueTelemetry.js';
export { describeSpan, inRequestSpan, inSpan, linkSpan, traceparent } from './spans.js';
export { startTraces, type Traces } from './startTraces.js';
