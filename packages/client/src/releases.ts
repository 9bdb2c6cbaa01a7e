// Releases: what there is to be installed.
import type { Artifact, Release, ReleaseId } from '@gradus/domain';
import { eachItem } from './pages.js';
import type { Request } from './request.js';
import type { CallOptions } from './send.js';

/** An artifact that lies elsewhere, with its size and SHA-256; or one that was uploaded, without a `url`. */
export type ArtifactInput = { filename: string } & {
  [Part in 'size' | 'sha256' | 'sha1' | 'md5' | 'url' | 'signature' | 'publicKeyId']?:
    | Artifact[Part]
    | undefined;
};

/** The calls about releases. */
export function releaseCalls(request: Request) {
  return {
    /** Repeating it is no change, and so it is tried again. */
    putRelease: (id: ReleaseId, artifacts: readonly ArtifactInput[], options: CallOptions = {}) =>
      request<Release>({
        ...options,
        method: 'PUT',
        path: pathOf(id),
        json: { artifacts },
        isRepeatable: true,
      }),

    getRelease: (id: ReleaseId, options: CallOptions = {}) =>
      request<Release>({ ...options, method: 'GET', path: pathOf(id), isRepeatable: true }),

    /** By component, version and release. `limit` is the size of a page. */
    listReleases: (
      filter: { componentName?: string | undefined; limit?: number | undefined } = {},
      options: CallOptions = {},
    ) => eachItem<Release>(request, '/releases', filter, options),

    deleteRelease: (id: ReleaseId, options: CallOptions = {}) =>
      request<void>({ ...options, method: 'DELETE', path: pathOf(id) }),
  };
}

function pathOf({ componentName, version, release }: ReleaseId): string {
  return `/releases/${[componentName, version, release].map(encodeURIComponent).join('/')}`;
}
