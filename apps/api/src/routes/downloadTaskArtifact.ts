// DownloadTaskArtifact: an uploaded file of what a lifecycle task brings its instance to, for the LCA that has the task.
import { createRoute, z } from '@hono/zod-openapi';
import { noSuchArtifact, sendArtifact } from '../artifacts/send.js';
import { scoped } from '../auth.js';
import { lcaOfCaller } from '../boundCaller.js';
import type { ApiApp, ApiDeps } from '../env.js';
import { Problem } from '../errors.js';
import { DOWNLOAD_RESPONSES, downloadHeaders } from '../schemas/download.js';
import { identifier, noQuery } from '../schemas/fields.js';
import { problems } from '../schemas/problem.js';
import { filename } from '../schemas/release.js';
import { BASE } from './base.js';

const route = createRoute({
  ...scoped('agents:check-in'),
  operationId: 'DownloadTaskArtifact',
  summary: "Download an artifact of a task's target",
  description:
    'What the `url` of a task’s artifact leads to where Gradus keeps the file: for as long as the LCA has the task. Ranges ' +
    'are served.',
  tags: ['LCAs'],
  method: 'get',
  path: `${BASE}/lcas/{lcaUuid}/tasks/{lifecycleTaskUuid}/artifacts/{filename}`,
  request: {
    params: z.object({
      lcaUuid: identifier.openapi({ description: 'Which LCA', example: 'lca-hall-2' }),
      lifecycleTaskUuid: identifier.openapi({ description: 'Which of its tasks' }),
      filename: filename.openapi({ description: 'Which artifact', example: 'zmetis-1.3.0.tar' }),
    }),
    query: noQuery,
    headers: downloadHeaders,
  },
  responses: { ...DOWNLOAD_RESPONSES, ...problems('not-found', 'range-not-satisfiable') },
});

export function downloadTaskArtifact(app: ApiApp, deps: ApiDeps): void {
  app.openapi(route, async (c) => {
    const { lcaUuid, lifecycleTaskUuid, filename: wanted } = c.req.valid('param');
    c.get('about').lcaUuid = lcaUuid;
    lcaOfCaller(c.get('caller'), lcaUuid);
    const task = await deps.store.mailboxes.find(lcaUuid, lifecycleTaskUuid);
    if (task === null) throw new Problem('not-found', 'The LCA has no such task.');
    const artifacts = (await deps.store.targets.artifactsOf(task)) ?? [];
    const artifact = artifacts.find((one) => one.filename === wanted);
    if (artifact === undefined) throw noSuchArtifact(wanted);
    return sendArtifact(c, deps, artifact);
  });
}
