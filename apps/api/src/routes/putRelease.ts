// PutRelease: states what a release is made of.
import type { Fault } from '@gradus/domain';
import type { StoredArtifact } from '@gradus/store';
import { createRoute } from '@hono/zod-openapi';
import { removeContents } from '../artifacts/sweep.js';
import { scoped } from '../auth.js';
import type { ApiApp, ApiDeps } from '../env.js';
import { Problem } from '../errors.js';
import { RELEASE_INPUTS, RELEASES } from '../examples/releases.js';
import { RELEASE_PATH, releaseIdOf, releaseInUse, releaseParams, shownRelease } from '../releaseParams.js';
import { json } from '../schemas/content.js';
import { noQuery } from '../schemas/fields.js';
import { BODY_PROBLEMS, problems } from '../schemas/problem.js';
import { type ArtifactInput, release, releaseInput } from '../schemas/release.js';

const content = json(release, RELEASES);

const route = createRoute({
  ...scoped('releases:write'),
  operationId: 'PutRelease',
  summary: 'State what a release is made of',
  description:
    'Its artifacts lie elsewhere, at their `url`, or were uploaded before (UploadArtifact). Once a plan has the release for ' +
    'its target nothing of it changes: to be told the same again is no change.',
  tags: ['Releases'],
  method: 'put',
  path: RELEASE_PATH,
  request: {
    params: releaseParams,
    query: noQuery,
    body: { required: true, content: json(releaseInput, RELEASE_INPUTS) },
  },
  responses: {
    200: { description: 'The release, changed or as it was', content },
    201: { description: 'The release, which is new', content },
    ...problems(...BODY_PROBLEMS, 'release-in-use'),
  },
});

const PARTS = ['size', 'sha256', 'sha1', 'md5'] as const;

/** @returns the artifact as it is kept, or what is wrong with it */
function artifactOf(
  { url, ...said }: ArtifactInput,
  at: string,
  before: readonly StoredArtifact[],
): StoredArtifact | Fault[] {
  const { filename, size, sha256, sha1, md5, signature, publicKeyId } = said;
  const signing = { signature: signature ?? null, publicKeyId: publicKeyId ?? null };
  if (url !== undefined && size !== undefined && sha256 !== undefined) {
    return {
      filename,
      size,
      sha256,
      sha1: sha1 ?? null,
      md5: md5 ?? null,
      url,
      ...signing,
      contentKey: null,
    };
  }
  const uploaded = before.find((one) => one.filename === filename && one.contentKey !== null);
  if (uploaded === undefined) {
    const message = 'is required: nothing was uploaded under this filename';
    return [{ path: `${at}.url`, message }];
  }
  const wrong = PARTS.filter((part) => said[part] !== undefined && said[part] !== uploaded[part]);
  if (wrong.length === 0) return { ...uploaded, ...signing };
  return wrong.map((part) => ({
    path: `${at}.${part}`,
    message: `is not that of what was uploaded, which is ${uploaded[part]}`,
  }));
}

/** @throws Problem `validation-failed` */
function artifactsOf(given: readonly ArtifactInput[], before: readonly StoredArtifact[]): StoredArtifact[] {
  const read = given.map((one, index) => artifactOf(one, `artifacts[${index}]`, before));
  const errors = read.flatMap((one) => (Array.isArray(one) ? one : []));
  if (errors.length > 0)
    throw new Problem('validation-failed', 'Artifacts are missing or wrong.', { errors });
  return read.flatMap((one) => (Array.isArray(one) ? [] : [one]));
}

export function putRelease(app: ApiApp, deps: ApiDeps): void {
  const { store, artifactFiles, logger } = deps;
  app.openapi(route, async (c) => {
    const id = releaseIdOf(c, c.req.valid('param'));
    const { artifacts } = c.req.valid('json');
    const result = await store.releases.put(id, (before) => artifactsOf(artifacts, before));
    if (result.outcome === 'in-use') throw releaseInUse(result.planId);
    await removeContents(artifactFiles, result.dropped, logger);
    return c.json(shownRelease(c, deps, result.release), result.outcome === 'created' ? 201 : 200);
  });
}
