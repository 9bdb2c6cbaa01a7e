// DownloadArtifact: an uploaded file of a release, for people and their tools.
import { createRoute } from '@hono/zod-openapi';
import { noSuchArtifact, sendArtifact } from '../artifacts/send.js';
import { scoped } from '../auth.js';
import type { ApiApp, ApiDeps } from '../env.js';
import { artifactParams, RELEASE_PATH, releaseIdOf } from '../releaseParams.js';
import { DOWNLOAD_RESPONSES, downloadHeaders } from '../schemas/download.js';
import { noQuery } from '../schemas/fields.js';
import { problems } from '../schemas/problem.js';

const route = createRoute({
  ...scoped('releases:read'),
  operationId: 'DownloadArtifact',
  summary: 'Download an artifact of a release',
  description: 'One that was uploaded; what lies elsewhere is to be had at its `url`. Ranges are served.',
  tags: ['Releases'],
  method: 'get',
  path: `${RELEASE_PATH}/artifacts/{filename}`,
  request: { params: artifactParams, query: noQuery, headers: downloadHeaders },
  responses: { ...DOWNLOAD_RESPONSES, ...problems('not-found', 'range-not-satisfiable') },
});

export function downloadArtifact(app: ApiApp, deps: ApiDeps): void {
  app.openapi(route, async (c) => {
    const { filename, ...params } = c.req.valid('param');
    const release = await deps.store.releases.get(releaseIdOf(c, params));
    const artifact = release?.artifacts.find((one) => one.filename === filename);
    if (artifact === undefined) throw noSuchArtifact(filename);
    return sendArtifact(c, deps, artifact);
  });
}
