// A collector of traces: keeps every span that is sent to it over OTLP/HTTP, as JSON.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Span {
  traceId: string;
  spanId: string;
  /** null: its trace begins with it. */
  parentSpanId: string | null;
  name: string;
  /** Of the process. */
  service: string;
  attributes: Record<string, unknown>;
  /** Ids of the spans that it leads to. */
  links: string[];
}

interface KeyValue {
  key: string;
  value: Record<string, unknown>;
}

/** As OTLP has it, as far as it is looked into. */
interface Sent {
  resourceSpans?: {
    resource: { attributes: KeyValue[] };
    scopeSpans: {
      spans: {
        traceId: string;
        spanId: string;
        parentSpanId?: string;
        name: string;
        attributes: KeyValue[];
        links?: { spanId: string }[];
      }[];
    }[];
  }[];
}

const valuesOf = (pairs: readonly KeyValue[]) =>
  Object.fromEntries(pairs.map(({ key, value }) => [key, Object.values(value)[0]]));

function spansOf({ resourceSpans = [] }: Sent): Span[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map(({ traceId, spanId, parentSpanId, name, attributes, links = [] }) => ({
        traceId,
        spanId,
        parentSpanId: parentSpanId || null,
        name,
        service: String(valuesOf(resource.attributes)['service.name']),
        attributes: valuesOf(attributes),
        links: links.map((link) => link.spanId),
      })),
    ),
  );
}

export interface Collector {
  /** For the processes whose spans it is to have. */
  env: Record<string, string>;
  spans: readonly Span[];
  close(): Promise<void>;
}

export async function startCollector(): Promise<Collector> {
  const spans: Span[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    spans.push(...spansOf(JSON.parse(Buffer.concat(chunks).toString())));
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_BSP_SCHEDULE_DELAY: '100',
    },
    spans,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
