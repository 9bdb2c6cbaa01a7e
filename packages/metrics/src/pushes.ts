// What becomes of pushes to LCAs.
import { Counter, type Registry } from 'prom-client';

const OUTCOMES = ['taken', 'not-taken'] as const;

export interface PushMetrics {
  ended(outcome: (typeof OUTCOMES)[number]): void;
}

export function createPushMetrics(registry: Registry): PushMetrics {
  const pushes = new Counter({
    name: 'gradus_pushes_total',
    help: 'Requests by which LCAs were brought what is in their mailboxes, by whether they took it',
    labelNames: ['outcome'],
    registers: [registry],
  });
  for (const outcome of OUTCOMES) pushes.inc({ outcome }, 0);
  return { ended: (outcome) => pushes.inc({ outcome }) };
}
