// Whether the process lives, and whether it can serve.
import { createRoute, z } from '@hono/zod-openapi';
import type { ApiApp, ApiDeps } from '../env.js';
import { Problem } from '../errors.js';
import { json } from '../schemas/content.js';
import { problemResponses } from '../schemas/problem.js';

const healthRoute = createRoute({
  operationId: 'GetHealth',
  summary: 'Whether the process lives',
  description: 'It asks nothing else: a Redis that is away changes nothing here.',
  security: [],
  tags: ['Health'],
  method: 'get',
  path: '/healthz',
  responses: {
    200: {
      description: 'It does',
      content: json(z.object({ status: z.literal('ok') }), {
        alive: { summary: 'It lives', value: { status: 'ok' } },
      }),
    },
  },
});

const readyRoute = createRoute({
  operationId: 'GetReadiness',
  summary: 'Whether the process can serve',
  description: 'Redis answers, and the process is not about to end: send it requests.',
  security: [],
  tags: ['Health'],
  method: 'get',
  path: '/readyz',
  responses: {
    200: {
      description: 'It can',
      content: json(z.object({ status: z.literal('ready') }), {
        ready: { summary: 'It is ready', value: { status: 'ready' } },
      }),
    },
    ...problemResponses(['unavailable']),
  },
});

export function health(app: ApiApp, { store, leaving }: ApiDeps): void {
  app.openapi(healthRoute, (c) => c.json({ status: 'ok' as const }, 200));
  app.openapi(readyRoute, async (c) => {
    if (leaving.aborted) throw new Problem('unavailable', 'The process is about to end.');
    try {
      await store.ping();
    } catch (cause) {
      throw new Problem('unavailable', 'The store cannot be reached.', {}, { cause });
    }
    return c.json({ status: 'ready' as const }, 200);
  });
}
