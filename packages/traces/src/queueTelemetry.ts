// What BullMQ's spans become: those of jobs, and where one comes long after what had it enqueued, a trace of its own
// that leads back there.
import { type Context, createContextKey, ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api';
import type { BullMQOtel } from 'bullmq-otel';
import { following } from './spans.js';

export type QueueTelemetry = Pick<BullMQOtel, 'tracer' | 'contextManager'>;
type QueueSpan = ReturnType<QueueTelemetry['tracer']['startSpan']>;

/** A trace is something that somebody looks at as a whole. */
const OF_ONE_TRACE_MS = 60_000;

const ENQUEUED_AT = createContextKey('when the job was enqueued');

/** These come round for as long as a plan, or a worker, lives: what they do has spans, and not that they looked. */
const COMING_ROUND = new Set(['process batches', 'process plans']);
const SCHEDULED = 'add plans.reconcile';

/** Not recorded. */
function hollow(ofContext: (context: Context) => Context): QueueSpan {
  const nothing = () => undefined;
  return {
    setSpanOnContext: ofContext,
    setAttribute: nothing,
    setAttributes: nothing,
    addEvent: nothing,
    recordException: nothing,
    end: nothing,
  } as unknown as QueueSpan;
}

/** @param otel as the library has it: a span for each thing that a queue or a worker does */
export function queueTelemetry({ tracer, contextManager }: BullMQOtel): QueueTelemetry {
  const startSpan: QueueTelemetry['tracer']['startSpan'] = (name, options, parent) => {
    const { kind } = options ?? {};
    if (kind === SpanKind.INTERNAL || name === SCHEDULED) return hollow((context) => context);
    if (kind !== SpanKind.CONSUMER) return tracer.startSpan(name, options, parent);
    const origin = parent === undefined ? undefined : trace.getSpanContext(parent);
    const enqueuedAt = Number(parent?.getValue(ENQUEUED_AT) ?? 0);
    if (origin !== undefined && Date.now() - enqueuedAt < OF_ONE_TRACE_MS) {
      return tracer.startSpan(name, options, parent);
    }
    if (COMING_ROUND.has(name)) return hollow(() => following(origin));
    const links = origin === undefined ? [] : [{ context: origin }];
    const alone = { ...options, kind, root: true, links };
    return tracer.startSpan(name, alone, ROOT_CONTEXT);
  };
  return {
    tracer: Object.assign(Object.create(tracer), { startSpan }),
    contextManager: Object.assign(Object.create(contextManager), {
      root: () => ROOT_CONTEXT,
      getMetadata: (context: Context) =>
        JSON.stringify({ ...JSON.parse(contextManager.getMetadata(context)), at: Date.now() }),
      fromMetadata: (active: Context, metadata: string) => {
        const { at }: { at?: number } = JSON.parse(metadata);
        return contextManager.fromMetadata(active, metadata).setValue(ENQUEUED_AT, at ?? 0);
      },
    }),
  };
}
