// PutLca: states where an LCA that cannot ask is pushed what is for it.
import { createRoute } from '@hono/zod-openapi';
import { scoped } from '../auth.js';
import { lcaOfCaller } from '../boundCaller.js';
import type { ApiApp, ApiDeps } from '../env.js';
import { LCA_INPUTS, LCAS } from '../examples/lcas.js';
import { json } from '../schemas/content.js';
import { identifier, noQuery } from '../schemas/fields.js';
import { lca, lcaInput } from '../schemas/lca.js';
import { BODY_PROBLEMS, problems } from '../schemas/problem.js';
import { BASE, lcaParams } from './base.js';

const content = json(lca, LCAS);

const route = createRoute({
  ...scoped('agents:write'),
  operationId: 'PutLca',
  summary: 'Have an LCA pushed its tasks',
  description:
    'For one that cannot ask. What its check-in would answer is posted to its `callbackUrl`, signed as Standard ' +
    'Webhooks has it, and again by the same rules as a check-in hands it out again. It may check in all the same, ' +
    'and reports by check-ins alone. What is stated here takes the place of what was, and what failed is forgotten.',
  tags: ['LCAs'],
  method: 'put',
  path: `${BASE}/lcas/{lcaUuid}`,
  request: {
    params: lcaParams.extend({
      lcaUuid: identifier.openapi({ description: 'Which LCA', example: 'lca-hall-2' }),
    }),
    query: noQuery,
    body: { required: true, content: json(lcaInput, LCA_INPUTS) },
  },
  responses: {
    200: { description: 'The LCA, changed', content },
    201: { description: 'The LCA, which was not pushed to before', content },
    ...problems(...BODY_PROBLEMS),
  },
});

export function putLca(app: ApiApp, { store, queues, logger }: ApiDeps): void {
  app.openapi(route, async (c) => {
    const { lcaUuid } = c.req.valid('param');
    c.get('about').lcaUuid = lcaUuid;
    lcaOfCaller(c.get('caller'), lcaUuid);
    const { outcome, lca } = await store.lcas.put(lcaUuid, c.req.valid('json'), c.get('caller').subject);
    try {
      // What is in its mailbox already.
      await queues.pushTasks(lcaUuid);
    } catch (err) {
      logger.warn({ err, lcaUuid }, 'enqueueing failed; reconcile will put it back');
    }
    return c.json(lca, outcome === 'created' ? 201 : 200);
  });
}
