// ListPlanEvents: what happened to a plan, page by page or as it comes.
import { createRoute, z } from '@hono/zod-openapi';
import { scoped } from '../auth.js';
import type { ApiApp, ApiDeps } from '../env.js';
import { streamEvents } from '../eventStream.js';
import { EVENT_STREAM, EXAMPLE_EVENTS } from '../examples/events.js';
import { noSuchPlan, planIdOf } from '../planId.js';
import { json } from '../schemas/content.js';
import { planEvent } from '../schemas/event.js';
import { pageQuery } from '../schemas/fields.js';
import { pageOf, pagesOf } from '../schemas/page.js';
import { problems } from '../schemas/problem.js';
import { BASE, planParams } from './base.js';

/** An event's id. */
const POSITION = /^\d{1,15}$/;

const route = createRoute({
  ...scoped('plans:read'),
  operationId: 'ListPlanEvents',
  summary: 'List what happened to a plan, or follow it',
  description:
    'Oldest first. Later events are asked for with the id of the last one as the `cursor`. With `Accept: ' +
    'text/event-stream` the answer is a stream of server-sent events that goes on past the end of the plan, for as long as ' +
    'the client listens: `id` is the id of the event, `event` its type, `data` the event as JSON. Every 15 seconds at ' +
    'the latest comes an event or a comment. Where the events after `Last-Event-ID` are no longer all kept, the stream ' +
    'begins with an event `reset`.',
  tags: ['Plans'],
  method: 'get',
  path: `${BASE}/upgrade-plans/{id}/events`,
  request: {
    params: planParams,
    query: z.strictObject({
      ...pageQuery,
      cursor: z
        .string()
        .regex(POSITION, 'must be a nextCursor that this listing gave')
        .optional()
        .openapi({ description: 'The nextCursor of the page before, or the id of an event' }),
    }),
    headers: z.object({
      'last-event-id': z
        .string()
        .regex(POSITION, 'must be the id of an event')
        .optional()
        .openapi({ description: 'The stream goes on after this event' }),
    }),
  },
  responses: {
    200: {
      description: 'A page, or by `Accept: text/event-stream` every event as it comes',
      content: {
        ...json(pageOf(planEvent), pagesOf(EXAMPLE_EVENTS)),
        'text/event-stream': {
          schema: z.string(),
          examples: { stream: { summary: 'Two events', value: EVENT_STREAM } },
        },
      },
    },
    ...problems('not-found', 'newer-version'),
  },
});

export function listEvents(app: ApiApp, { store, shutdown }: ApiDeps): void {
  app.openapi(route, async (c) => {
    const planId = planIdOf(c, c.req.valid('param').id);
    const { limit, cursor = '0' } = c.req.valid('query');
    if ((c.req.header('Accept') ?? '').includes('text/event-stream')) {
      if ((await store.plans.listEvents(planId, { after: 0, limit: 1 })) === null) throw noSuchPlan(planId);
      const after = Number(c.req.valid('header')['last-event-id'] ?? cursor);
      c.get('admission').wait();
      return streamEvents(c, store, planId, after, shutdown);
    }
    const read = await store.plans.listEvents(planId, { after: Number(cursor), limit: limit + 1 });
    if (read === null) throw noSuchPlan(planId);
    const items = read.items.slice(0, limit);
    const nextCursor = read.items.length > limit ? (items.at(-1)?.id ?? null) : null;
    return c.json({ items, nextCursor }, 200);
  });
}
