// DeleteLca: an LCA is pushed nothing any more.
import { createRoute } from '@hono/zod-openapi';
import { scoped } from '../auth.js';
import { lcaOfCaller } from '../boundCaller.js';
import type { ApiApp, ApiDeps } from '../env.js';
import { noQuery } from '../schemas/fields.js';
import { problems } from '../schemas/problem.js';
import { BASE, lcaParams } from './base.js';
import { notPushedTo } from './getLca.js';

const route = createRoute({
  ...scoped('agents:write'),
  operationId: 'DeleteLca',
  summary: 'Have an LCA pushed nothing any more',
  description: 'What is in its mailbox stays there, for it to ask.',
  tags: ['LCAs'],
  method: 'delete',
  path: `${BASE}/lcas/{lcaUuid}`,
  request: { params: lcaParams, query: noQuery },
  responses: {
    204: { description: 'Nothing is pushed to it' },
    ...problems('not-found'),
  },
});

export function deleteLca(app: ApiApp, { store }: ApiDeps): void {
  app.openapi(route, async (c) => {
    const { lcaUuid } = c.req.valid('param');
    c.get('about').lcaUuid = lcaUuid;
    lcaOfCaller(c.get('caller'), lcaUuid);
    if (!(await store.lcas.remove(lcaUuid))) throw notPushedTo(lcaUuid);
    return c.body(null, 204);
  });
}
