// What becomes of webhooks.
import { Counter, type Registry } from 'prom-client';

const OUTCOMES = ['delivered', 'retried', 'given-up', 'gone', 'dropped'] as const;
/**
 * Of one try: `retried`: it failed, and another follows. `given-up`: it was the last. `gone`: the endpoint wants no
 * more. `dropped`: no such endpoint is set any more.
 */
type WebhookOutcome = (typeof OUTCOMES)[number];

export interface WebhookMetrics {
  ended(endpoint: string, outcome: WebhookOutcome): void;
  /** Has all of its outcomes counted from zero. */
  expect(endpoint: string): void;
}

export function createWebhookMetrics(registry: Registry): WebhookMetrics {
  const deliveries = new Counter({
    name: 'gradus_webhook_deliveries_total',
    help: 'Tries at delivering an event to an endpoint, by what they came to; retried: it failed and another follows',
    labelNames: ['endpoint', 'outcome'],
    registers: [registry],
  });
  return {
    ended: (endpoint, outcome) => deliveries.inc({ endpoint, outcome }),
    expect: (endpoint) => {
      for (const outcome of OUTCOMES) deliveries.inc({ endpoint, outcome }, 0);
    },
  };
}
