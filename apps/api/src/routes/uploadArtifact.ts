// UploadArtifact: a file of any length, hashed and checked as it comes.
import type { StoredArtifact } from '@gradus/store';
import { createRoute, z } from '@hono/zod-openapi';
import { receiveContent, type Said } from '../artifacts/receive.js';
import { removeContents } from '../artifacts/sweep.js';
import { scoped } from '../auth.js';
import type { ApiApp, ApiDeps } from '../env.js';
import { Problem } from '../errors.js';
import { RELEASES } from '../examples/releases.js';
import { artifactParams, RELEASE_PATH, releaseIdOf, releaseInUse, shownRelease } from '../releaseParams.js';
import { json } from '../schemas/content.js';
import { text } from '../schemas/fields.js';
import { problems } from '../schemas/problem.js';
import { contentHashes, release } from '../schemas/release.js';

const CONTENT_TYPE = 'application/octet-stream';

/** As a router has it. */
export const UPLOAD_PATH = `${RELEASE_PATH.replaceAll(/{(\w+)}/g, ':$1')}/artifacts/:filename`;

const content = json(release, RELEASES);

const route = createRoute({
  ...scoped('releases:write'),
  operationId: 'UploadArtifact',
  summary: 'Upload an artifact of a release',
  description:
    'Adds the file to the release, or puts it in the place of the one of that name; a release that is not there is made. ' +
    'The body is taken as it comes. Where it breaks off, or is not what the query says of it, nothing is kept.',
  tags: ['Releases'],
  method: 'put',
  path: `${RELEASE_PATH}/artifacts/{filename}`,
  request: {
    params: artifactParams,
    query: z.strictObject({
      sha256: contentHashes.sha256.openapi({ description: 'What the content must have' }),
      sha1: contentHashes.sha1.openapi({ description: 'What the content must have' }),
      md5: contentHashes.md5.openapi({ description: 'What the content must have' }),
      signature: text(8_192).optional().openapi({ description: 'Of the file, for whoever installs it' }),
      publicKeyId: text(200).optional().openapi({ description: 'Which key it is to be checked with' }),
    }),
    body: {
      required: true,
      description: 'The file itself',
      content: {
        [CONTENT_TYPE]: {
          schema: z.string().openapi({ format: 'binary' }),
          examples: { file: { summary: 'Any bytes, but not none', value: 'a file' } },
        },
      },
    },
  },
  responses: {
    200: { description: 'The release with the artifact', content },
    201: { description: 'The release with the artifact, which is new', content },
    ...problems('unsupported-media-type', 'release-in-use', 'not-found'),
  },
});

/** The length of a body that comes whole; what breaks off has less. */
function lengthOf(header: string | undefined): number | undefined {
  return header !== undefined && /^\d{1,15}$/.test(header) ? Number(header) : undefined;
}

function isSame(one: StoredArtifact, other: StoredArtifact): boolean {
  return (
    one.contentKey !== null &&
    one.filename === other.filename &&
    one.sha256 === other.sha256 &&
    one.signature === other.signature &&
    one.publicKeyId === other.publicKeyId
  );
}

export function uploadArtifact(app: ApiApp, deps: ApiDeps): void {
  const { store, artifactFiles, artifactLimitBytes, logger } = deps;
  app.openapi(route, async (c) => {
    const { filename, ...params } = c.req.valid('param');
    const id = releaseIdOf(c, params);
    if (!artifactFiles)
      throw new Problem('not-found', 'Nothing can be uploaded: GRADUS_ARTIFACTS is not set.');
    const type = (c.req.header('Content-Type') ?? '').split(';')[0]?.trim().toLowerCase();
    if (type !== CONTENT_TYPE) {
      throw new Problem('unsupported-media-type', `Send the file as ${CONTENT_TYPE}.`);
    }
    const { sha256, sha1, md5, signature = null, publicKeyId = null } = c.req.valid('query');
    const size = lengthOf(c.req.header('Content-Length'));
    if (size !== undefined && size > artifactLimitBytes) {
      throw new Problem('body-too-large', `An artifact has at most ${artifactLimitBytes} bytes.`);
    }
    const said: Said = { size, sha256, sha1, md5 };
    const bytes = c.req.raw.body ?? new ReadableStream<Uint8Array>({ start: (empty) => empty.close() });
    const limits = { limitBytes: artifactLimitBytes, gone: c.req.raw.signal };
    const received = await receiveContent(artifactFiles, bytes, said, limits);
    const artifact = { filename, ...received, url: null, signature, publicKeyId };
    // Where this throws it may have been written all the same: the content stays, and the sweep looks after it.
    const result = await store.releases.put(id, (before) => {
      // What is there already stays where it is: others may be reading it just now.
      if (before.some((one) => isSame(one, artifact))) return before;
      return [...before.filter((one) => one.filename !== filename), artifact];
    });
    const isKept =
      result.outcome !== 'in-use' &&
      result.release.artifacts.some(({ contentKey }) => contentKey === received.contentKey);
    if (!isKept) await removeContents(artifactFiles, [received], logger);
    if (result.outcome === 'in-use') throw releaseInUse(result.planId);
    await removeContents(artifactFiles, result.dropped, logger);
    return c.json(shownRelease(c, deps, result.release), result.outcome === 'created' ? 201 : 200);
  });
}
