// GetMetrics: the process' metrics, for a Prometheus that has a token.
import { createRoute, z } from '@hono/zod-openapi';
import { scoped } from '../auth.js';
import type { ApiApp, ApiDeps } from '../env.js';
import { problems } from '../schemas/problem.js';

export const METRICS_PATH = '/metrics';

const EXAMPLE_METRIC = `# HELP gradus_plans Plans by status
# TYPE gradus_plans gauge
gradus_plans{status="running"} 2
`;

const route = createRoute({
  ...scoped('queues:admin'),
  operationId: 'GetMetrics',
  summary: 'The metrics of this process, in the text format of Prometheus',
  description:
    'What the port for Prometheus tells without a token. Counters are of this process alone; what is said of plans and ' +
    'queues is the same in each.',
  tags: ['Health'],
  method: 'get',
  path: METRICS_PATH,
  responses: {
    200: {
      description: 'Every metric',
      content: {
        'text/plain': {
          schema: z.string(),
          examples: { one: { summary: 'One of many', value: EXAMPLE_METRIC } },
        },
      },
    },
    ...problems(),
  },
});

export function metrics(app: ApiApp, { measured }: ApiDeps): void {
  app.openapi(route, async (c) =>
    c.text(await measured.scrape(), 200, { 'Content-Type': measured.contentType }),
  );
}
