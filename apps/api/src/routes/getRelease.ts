// GetRelease: what one release is made of.
import { createRoute } from '@hono/zod-openapi';
import { scoped } from '../auth.js';
import type { ApiApp, ApiDeps } from '../env.js';
import { RELEASES } from '../examples/releases.js';
import { noSuchRelease, RELEASE_PATH, releaseIdOf, releaseParams, shownRelease } from '../releaseParams.js';
import { json } from '../schemas/content.js';
import { noQuery } from '../schemas/fields.js';
import { problems } from '../schemas/problem.js';
import { release } from '../schemas/release.js';

const route = createRoute({
  ...scoped('releases:read'),
  operationId: 'GetRelease',
  summary: 'Read a release',
  description: 'With where each of its artifacts can be had.',
  tags: ['Releases'],
  method: 'get',
  path: RELEASE_PATH,
  request: { params: releaseParams, query: noQuery },
  responses: {
    200: { description: 'The release', content: json(release, RELEASES) },
    ...problems('not-found'),
  },
});

export function getRelease(app: ApiApp, deps: ApiDeps): void {
  app.openapi(route, async (c) => {
    const id = releaseIdOf(c, c.req.valid('param'));
    const found = await deps.store.releases.get(id);
    if (found === null) throw noSuchRelease(id);
    return c.json(shownRelease(c, deps, found), 200);
  });
}
