// GetMetrics: the process' metrics, for a Prometheus that has a token.
import { createRoute, z } from '@hono/zod-openapi';
import { scoped } from '../auth.js';
import type { ApiApp, ApiDeps } from '../env.js';
import { problems } from '../schemas/problem.js';

export const METRICS_PATH = '/metrics';

const route = createRoute({
  ...scoped('queues:admin'),
  operationId: 'GetMetrics',
  summary: 'The metrics of this process, in the text format of Prometheus',
  tags: ['Health'],
  method: 'get',
  path: METRICS_PATH,
  responses: {
    200: { description: 'Every metric', content: { 'text/plain': { schema: z.string() } } },
    ...problems(),
  },
});

export function metrics(app: ApiApp, { measured }: ApiDeps): void {
  app.openapi(route, async (c) =>
    c.text(await measured.scrape(), 200, { 'Content-Type': measured.contentType }),
  );
}
