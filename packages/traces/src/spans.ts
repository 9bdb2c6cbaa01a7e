// Spans of our own beside those of the queues. Without an SDK all of it is nothing.
import {
  type Context,
  context,
  createContextKey,
  isSpanContextValid,
  propagation,
  ROOT_CONTEXT,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { type About, attributesOf } from './attributes.js';

/** What a context has followed from, where that is too long ago to be its parent. */
const FOLLOWS = createContextKey('what this follows from');

const tracer = () => trace.getTracer('gradus');

/** @returns a context without a span, whose spans are traces of their own that lead back to that one */
export function following(origin: SpanContext | undefined): Context {
  return origin === undefined ? ROOT_CONTEXT : ROOT_CONTEXT.setValue(FOLLOWS, origin);
}

/**
 * Does the work in a span: of the active one, or of a trace of its own.
 *
 * @param links `traceparent`s of spans that it has to do with
 */
export function inSpan<Answer>(
  name: string,
  about: About,
  work: () => Promise<Answer>,
  links: readonly string[] = [],
): Promise<Answer> {
  const active = context.active();
  const origin = active.getValue(FOLLOWS) as SpanContext | undefined;
  const isOwnTrace = trace.getSpan(active) === undefined;
  const contexts = [...links.flatMap(spanContextOf), ...(isOwnTrace && origin !== undefined ? [origin] : [])];
  const options = { attributes: attributesOf(about), links: contexts.map((one) => ({ context: one })) };
  return tracer().startActiveSpan(name, options, async (span) => {
    try {
      return await work();
    } catch (error) {
      span.recordException(error instanceof Error ? error : String(error));
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  });
}

/** What is known of a request only once it is answered. */
interface Answered {
  name: string;
  status: number;
  about: About;
}

/**
 * Does the work in the span of a request, a child of what its headers say.
 *
 * @param answered asked at its end
 */
export function inRequestSpan(
  method: string,
  headers: Record<string, string>,
  work: () => Promise<void>,
  answered: () => Answered,
): Promise<void> {
  const parent = propagation.extract(context.active(), headers);
  return tracer().startActiveSpan(method, { kind: SpanKind.SERVER }, parent, async (span) => {
    try {
      await work();
    } finally {
      const { name, status, about } = answered();
      span.updateName(`${method} ${name}`);
      span.setAttributes({
        'http.request.method': method,
        'http.route': name,
        'http.response.status_code': status,
        ...attributesOf(about),
      });
      // What is the client's fault is no error of a server.
      if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    }
  });
}

/** Has the active span say what it is about. */
export function describeSpan(about: About): void {
  trace.getActiveSpan()?.setAttributes(attributesOf(about));
}

/** Has the active span lead to others, by their `traceparent`s. */
export function linkSpan(traceparents: readonly string[]): void {
  const span = trace.getActiveSpan();
  if (span === undefined) return;
  span.addLinks(traceparents.flatMap(spanContextOf).map((one) => ({ context: one })));
}

/** @returns the `traceparent` of the active span (W3C Trace Context); undefined where nothing is traced */
export function traceparent(): string | undefined {
  const carrier: { traceparent?: string } = {};
  propagation.inject(context.active(), carrier);
  return carrier.traceparent;
}

function spanContextOf(text: string): SpanContext[] {
  const found = trace.getSpanContext(propagation.extract(ROOT_CONTEXT, { traceparent: text }));
  return found !== undefined && isSpanContextValid(found) ? [found] : [];
}
