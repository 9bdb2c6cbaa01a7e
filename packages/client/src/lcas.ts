// The calls about LCAs that are pushed what is for them.
import type { Lca, LcaInput } from '@gradus/domain';
import type { Request } from './request.js';
import type { CallOptions } from './send.js';

export function lcaCalls(request: Request) {
  return {
    /** Has the LCA pushed its tasks there. */
    putLca: (lcaUuid: string, lca: LcaInput, options: CallOptions = {}) =>
      request<Lca>({ ...options, method: 'PUT', path: pathOf(lcaUuid), json: lca }),

    /** Secrets are never answered. */
    getLca: (lcaUuid: string, options: CallOptions = {}) =>
      request<Lca>({ ...options, method: 'GET', path: pathOf(lcaUuid), isRepeatable: true }),

    deleteLca: (lcaUuid: string, options: CallOptions = {}) =>
      request<void>({ ...options, method: 'DELETE', path: pathOf(lcaUuid) }),
  };
}

function pathOf(lcaUuid: string): string {
  return `/lcas/${encodeURIComponent(lcaUuid)}`;
}
