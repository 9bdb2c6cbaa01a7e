// DeleteRelease: takes a release away, unless a plan that has not ended is to bring agents to it.
import { createRoute } from '@hono/zod-openapi';
import { removeContents } from '../artifacts/sweep.js';
import { scoped } from '../auth.js';
import type { ApiApp, ApiDeps } from '../env.js';
import { noSuchRelease, RELEASE_PATH, releaseIdOf, releaseInUse, releaseParams } from '../releaseParams.js';
import { noQuery } from '../schemas/fields.js';
import { problems } from '../schemas/problem.js';

const route = createRoute({
  ...scoped('releases:write'),
  operationId: 'DeleteRelease',
  summary: 'Remove a release',
  description:
    'With the contents that were uploaded for it. Not while a plan that has not ended has it for its target. One that a ' +
    'plan has used can only come back as what it was, and no rollback leads back to it meanwhile.',
  tags: ['Releases'],
  method: 'delete',
  path: RELEASE_PATH,
  request: { params: releaseParams, query: noQuery },
  responses: {
    204: { description: 'The release is gone' },
    ...problems('not-found', 'release-in-use'),
  },
});

export function deleteRelease(app: ApiApp, { store, artifactFiles, logger }: ApiDeps): void {
  app.openapi(route, async (c) => {
    const id = releaseIdOf(c, c.req.valid('param'));
    const result = await store.releases.remove(id);
    if (result.outcome === 'not-found') throw noSuchRelease(id);
    if (result.outcome === 'in-use') throw releaseInUse(result.planId);
    await removeContents(artifactFiles, result.dropped, logger);
    return c.body(null, 204);
  });
}
