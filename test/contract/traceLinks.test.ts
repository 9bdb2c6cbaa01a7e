// What comes long after it was enqueued is a trace of its own, which leads back to where it was.
import { context, SpanKind, trace } from '@opentelemetry/api';
import { NodeSDK, tracing } from '@opentelemetry/sdk-node';
import { BullMQOtel } from 'bullmq-otel';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { queueTelemetry } from '../../packages/traces/src/queueTelemetry.js';
import { inSpan } from '../../packages/traces/src/spans.js';

const exporter = new tracing.InMemorySpanExporter();
const sdk = new NodeSDK({
  // Spans would wait for them.
  autoDetectResources: false,
  spanProcessors: [new tracing.SimpleSpanProcessor(exporter)],
  metricReaders: [],
  logRecordProcessors: [],
});
sdk.start();
afterAll(() => sdk.shutdown());
beforeEach(() => exporter.reset());

const { tracer, contextManager } = queueTelemetry(new BullMQOtel({ tracerName: 'test' }));

/** @returns the metadata of a job that was enqueued so long ago, in a span that is over */
function enqueuedBefore(ms: number): { metadata: string; spanId: string; traceId: string } {
  const span = tracer.startSpan('add', { kind: SpanKind.PRODUCER });
  const within = span.setSpanOnContext(contextManager.active());
  span.end();
  const metadata = { ...JSON.parse(contextManager.getMetadata(within)), at: Date.now() - ms };
  const { spanId = '', traceId = '' } = trace.getSpanContext(within) ?? {};
  return { metadata: JSON.stringify(metadata), spanId, traceId };
}

/** As BullMQ runs a job; its one step is a span. */
async function run(name: string, metadata: string): Promise<void> {
  const parent = contextManager.fromMetadata(contextManager.active(), metadata);
  const span = tracer.startSpan(name, { kind: SpanKind.CONSUMER }, parent);
  await context.with(span.setSpanOnContext(parent), () =>
    inSpan('step', { planId: 'p' }, async () => undefined),
  );
  span.end();
}

const recorded = () =>
  exporter.getFinishedSpans().map((span) => ({
    name: span.name,
    parent: span.parentSpanContext?.spanId ?? null,
    isOfTrace: span.spanContext().traceId,
    links: span.links.map((link) => link.context.spanId),
  }));

it('a job that comes at once is of the trace that enqueued it', async () => {
  const { metadata, spanId, traceId } = enqueuedBefore(0);
  await run('process tasks', metadata);
  const [, step, job] = recorded();
  expect(job).toMatchObject({ name: 'process tasks', parent: spanId, isOfTrace: traceId, links: [] });
  expect(step).toMatchObject({ name: 'step', isOfTrace: traceId, links: [] });
});

it('one that comes late begins a trace, and leads back', async () => {
  const { metadata, spanId, traceId } = enqueuedBefore(61_000);
  await run('process webhooks', metadata);
  const [, step, job] = recorded();
  expect(job).toMatchObject({ name: 'process webhooks', parent: null, links: [spanId] });
  expect(job?.isOfTrace).not.toBe(traceId);
  expect(step).toMatchObject({ name: 'step', isOfTrace: job?.isOfTrace, links: [] });
});

it('of a look that comes late what it does begins a trace, and not the look', async () => {
  const { metadata, spanId, traceId } = enqueuedBefore(61_000);
  await run('process batches', metadata);
  const [, step, ...rest] = recorded();
  expect(step).toMatchObject({ name: 'step', parent: null, links: [spanId] });
  expect(step?.isOfTrace).not.toBe(traceId);
  expect(rest).toEqual([]);
});
