// webhooks/deliver-webhook: tells one endpoint of one event, and is tried again where that fails.
import { NotDelivered, signedHeaders } from '@gradus/outbound';
import { type DeliverWebhookJob, deliverWebhookJob } from '@gradus/queues';
import { describeSpan } from '@gradus/traces';
import { type Job, UnrecoverableError } from 'bullmq';
import type { Deps } from '../deps.js';
import { processor } from '../processor.js';
import { cloudEventOf } from '../webhooks/cloudEvent.js';
import type { Endpoint } from '../webhooks/endpoints.js';
import { createSlots } from '../webhooks/slots.js';

/** Of the deliveries that this process has under way. */
const OF_ONE_ENDPOINT = 10;
const BUSY_AGAIN_MS = 1_000;
/** Another worker may know an endpoint that this one does not, while their settings are changed. */
const UNKNOWN_AGAIN_MS = 5_000;
const UNKNOWN_FOR_MS = 600_000;
const GONE = 410;

/** An endpoint did not take it. */
class NotTaken extends Error {
  readonly code = 'not-taken';
  constructor(status: number) {
    super(`answered ${status}`);
    this.name = 'NotTaken';
  }
}

export function deliverWebhook(deps: Deps) {
  const { store, logger, webhooks, webhookMetrics } = deps;
  const slots = createSlots(OF_ONE_ENDPOINT);
  return processor(deliverWebhookJob, deps, async (delivery, job) => {
    const endpoint = webhooks.endpoints.find(({ name }) => name === delivery.endpoint);
    if (endpoint === undefined) {
      if (store.now() - delivery.announcedAt < UNKNOWN_FOR_MS) return store.now() + UNKNOWN_AGAIN_MS;
      webhookMetrics.ended(delivery.endpoint, 'dropped');
      logger.warn(aboutOf(delivery, job), 'webhook dropped: no such endpoint is set');
      return null;
    }
    if (!slots.enter(endpoint.name)) return store.now() + BUSY_AGAIN_MS;
    try {
      await deliver(deps, endpoint, delivery, job);
    } finally {
      slots.leave(endpoint.name);
    }
    return null;
  });
}

function aboutOf({ endpoint, event }: DeliverWebhookJob, job: Job) {
  const { planId, batchIndex, id, type } = event;
  return { endpoint, planId, batchIndex, eventId: id, type, attempt: job.attemptsMade + 1 };
}

/** @throws NotTaken, NotDelivered where it is to be tried again; UnrecoverableError where it is not */
async function deliver(deps: Deps, endpoint: Endpoint, delivery: DeliverWebhookJob, job: Job): Promise<void> {
  const { webhookMetrics, logger } = deps;
  const { planId, batchIndex } = delivery.event;
  describeSpan({ planId, batchIndex: batchIndex ?? undefined });
  const fault = await send(deps, endpoint, delivery);
  const about = aboutOf(delivery, job);
  if (fault === null) {
    webhookMetrics.ended(endpoint.name, 'delivered');
    logger.debug(about, 'webhook delivered');
    return;
  }
  const isGone = fault === GONE;
  const isLast = job.attemptsMade + 1 >= (job.opts.attempts ?? 1);
  const error = typeof fault === 'number' ? new NotTaken(fault) : fault;
  webhookMetrics.ended(endpoint.name, isGone ? 'gone' : isLast ? 'given-up' : 'retried');
  logger.warn(
    { ...about, reason: error.message },
    isGone || isLast ? 'webhook given up' : 'webhook not taken',
  );
  throw isGone ? new UnrecoverableError(error.message) : error;
}

/** @returns null where it was taken; else the status that it was answered with, or why there was none */
async function send(
  { outbound, namespace, webhooks }: Deps,
  { name, url, secrets }: Endpoint,
  { event }: DeliverWebhookJob,
): Promise<number | NotDelivered | null> {
  const { headers, body } = cloudEventOf(event, namespace);
  // No dots, which part what is signed.
  const id = `${event.planId}_${event.id}_${name}`;
  const signed = signedHeaders(id, secrets, new Date(), body);
  try {
    const all = { ...headers, ...signed, 'user-agent': 'Gradus' };
    const status = await outbound.post(url, { headers: all, body, withinMs: webhooks.withinMs });
    return status >= 200 && status < 300 ? null : status;
  } catch (error) {
    if (error instanceof NotDelivered) return error;
    throw error;
  }
}
