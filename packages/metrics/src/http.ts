// What the api answers, how fast, and what it turns away.
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

const REFUSALS = ['requests', 'bodies', 'waiting', 'connections', 'token', 'lca'] as const;
/** Which of the limits a request, or a connection, was beyond. */
type Refusal = (typeof REFUSALS)[number];

/** Methods that the api has routes for. */
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE']);

interface Answered {
  method: string;
  /** The pattern of the route, never a path; null where none fits. */
  route: string | null;
  status: number;
  /** Until the answer was out; null where the request waited for something to come. */
  seconds: number | null;
}

export interface HttpMetrics {
  answered(answer: Answered): void;
  refused(refusal: Refusal): void;
  /** So many more, or fewer, are in hand. */
  inHand(kind: 'requests' | 'waiting', change: 1 | -1): void;
}

export function createHttpMetrics(registry: Registry): HttpMetrics {
  const registers = [registry];
  const labelNames = ['method', 'route', 'code'] as const;
  const requests = new Counter({
    name: 'gradus_http_requests_total',
    help: 'Requests answered, by route and class of status',
    labelNames,
    registers,
  });
  const duration = new Histogram({
    name: 'gradus_http_request_duration_seconds',
    help: 'From the request until its answer was out; requests that waited for something to come are left out',
    labelNames,
    buckets: SECONDS,
    registers,
  });
  const refused = new Counter({
    name: 'gradus_http_refused_total',
    help: 'Requests and connections turned away because a limit was reached',
    labelNames: ['limit'],
    registers,
  });
  for (const limit of REFUSALS) refused.inc({ limit }, 0);
  const inHand = new Gauge({
    name: 'gradus_http_in_hand',
    help: 'Requests that are being answered, and those that wait for something to come',
    labelNames: ['kind'],
    registers,
  });
  for (const kind of ['requests', 'waiting']) inHand.set({ kind }, 0);

  return {
    answered: ({ method, route, status, seconds }) => {
      const labels = {
        method: METHODS.has(method) ? method : 'other',
        route: route ?? 'none',
        code: `${Math.floor(status / 100)}xx`,
      };
      requests.inc(labels);
      if (seconds !== null) duration.observe(labels, seconds);
    },
    refused: (limit) => refused.inc({ limit }),
    inHand: (kind, change) => inHand.inc({ kind }, change),
  };
}
