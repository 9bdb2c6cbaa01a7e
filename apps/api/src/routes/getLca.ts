// GetLca: where an LCA is pushed what is for it, and how that goes.
import { createRoute } from '@hono/zod-openapi';
import { scoped } from '../auth.js';
import { lcaOfCaller } from '../boundCaller.js';
import type { ApiApp, ApiDeps } from '../env.js';
import { Problem } from '../errors.js';
import { LCAS } from '../examples/lcas.js';
import { json } from '../schemas/content.js';
import { noQuery } from '../schemas/fields.js';
import { lca } from '../schemas/lca.js';
import { problems } from '../schemas/problem.js';
import { BASE, lcaParams } from './base.js';

const route = createRoute({
  ...scoped('agents:read'),
  operationId: 'GetLca',
  summary: 'Read how an LCA is pushed its tasks',
  description: 'One that only checks in is not found. Its secrets are never shown.',
  tags: ['LCAs'],
  method: 'get',
  path: `${BASE}/lcas/{lcaUuid}`,
  request: { params: lcaParams, query: noQuery },
  responses: {
    200: { description: 'The LCA', content: json(lca, LCAS) },
    ...problems('not-found'),
  },
});

export function notPushedTo(lcaUuid: string): Problem {
  return new Problem('not-found', `No callbackUrl is stated of ${lcaUuid}.`);
}

export function getLca(app: ApiApp, { store }: ApiDeps): void {
  app.openapi(route, async (c) => {
    const { lcaUuid } = c.req.valid('param');
    c.get('about').lcaUuid = lcaUuid;
    lcaOfCaller(c.get('caller'), lcaUuid);
    const found = await store.lcas.get(lcaUuid);
    if (found === null) throw notPushedTo(lcaUuid);
    return c.json(found, 200);
  });
}
