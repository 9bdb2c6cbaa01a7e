// ListReleases: what there is to be installed, page by page.
import { createRoute, z } from '@hono/zod-openapi';
import { scoped } from '../auth.js';
import type { ApiApp, ApiDeps } from '../env.js';
import { EXAMPLE_RELEASE } from '../examples/releases.js';
import { shownRelease } from '../releaseParams.js';
import { json } from '../schemas/content.js';
import { pageQuery, text } from '../schemas/fields.js';
import { pageOf, pagesOf } from '../schemas/page.js';
import { problems } from '../schemas/problem.js';
import { release } from '../schemas/release.js';
import { BASE } from './base.js';

const route = createRoute({
  ...scoped('releases:read'),
  operationId: 'ListReleases',
  summary: 'List the releases',
  description: 'By component, version and release, each compared as text.',
  tags: ['Releases'],
  method: 'get',
  path: `${BASE}/releases`,
  request: {
    query: z.strictObject({
      componentName: text(128).optional().openapi({ description: 'Releases of this component' }),
      ...pageQuery,
    }),
  },
  responses: {
    200: {
      description: 'One page of releases',
      content: json(pageOf(release), pagesOf([EXAMPLE_RELEASE])),
    },
    ...problems(),
  },
});

export function listReleases(app: ApiApp, deps: ApiDeps): void {
  app.openapi(route, async (c) => {
    const { items, nextCursor } = await deps.store.releases.list(c.req.valid('query'));
    return c.json({ items: items.map((one) => shownRelease(c, deps, one)), nextCursor }, 200);
  });
}
