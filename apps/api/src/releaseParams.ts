// What the operations on releases have in common: their path, and how a release is answered.
import type { Artifact, Release, ReleaseId } from '@gradus/domain';
import type { StoredArtifact, StoredRelease } from '@gradus/store';
import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { ApiDeps, ApiEnv } from './env.js';
import { Problem } from './errors.js';
import { publicUrlOf } from './publicUrl.js';
import { BASE } from './routes/base.js';
import { text } from './schemas/fields.js';
import { filename } from './schemas/release.js';

export const RELEASE_PATH = `${BASE}/releases/{componentName}/{version}/{release}`;

export const releaseParams = z.object({
  componentName: text(128).openapi({ description: 'The name of the component', example: 'zmetis' }),
  version: text(64).openapi({ description: 'What its instances are to run', example: '1.3.0' }),
  release: text(64).openapi({ description: 'The release that they are to run', example: '221' }),
});

export const artifactParams = releaseParams.extend({
  filename: filename.openapi({ description: 'Which of its artifacts', example: 'zmetis-1.3.0.tar' }),
});

/** @returns the release's id, now also in the request's log line */
export function releaseIdOf(c: Context<ApiEnv>, { componentName, version, release }: ReleaseId): ReleaseId {
  c.get('about').release = `${componentName} ${version} ${release}`;
  return { componentName, version, release };
}

export function noSuchRelease({ componentName, version, release }: ReleaseId): Problem {
  return new Problem(
    'not-found',
    `There is no release ${release} of version ${version} of ${componentName}.`,
  );
}

export function releaseInUse(planId: string): Problem {
  return new Problem('release-in-use', `${planId} has used the release: it stays what it is.`, { planId });
}

/** @returns the release as it is shown: each artifact with where it can be had */
export function shownRelease(c: Context<ApiEnv>, deps: ApiDeps, stored: StoredRelease): Release {
  const { componentName, version, release } = stored;
  const path = [componentName, version, release].map(encodeURIComponent).join('/');
  const at = `${publicUrlOf(c, deps)}${BASE}/releases/${path}/artifacts/`;
  const shown = ({ contentKey: _, ...artifact }: StoredArtifact): Artifact => ({
    ...artifact,
    url: artifact.url ?? `${at}${artifact.filename}`,
  });
  return { ...stored, artifacts: stored.artifacts.map(shown) };
}
