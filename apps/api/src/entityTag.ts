// Conditional reads.

/** @returns the headers of an answer that the client may keep, asking each time whether it still holds */
export function taggedWith(etag: string) {
  return { ETag: etag, 'Cache-Control': 'private, no-cache' };
}

/**
 * @param ifNoneMatch the request's header
 * @param etag as the answer's header would have it
 * @returns whether the client knows this state already; weakly compared, as RFC 9110 asks for
 */
export function isKnown(ifNoneMatch: string | undefined, etag: string): boolean {
  const opaque = (tag: string) => tag.trim().replace(/^W\//, '');
  const named = (ifNoneMatch ?? '').split(',').map(opaque);
  return named.includes(opaque(etag)) || named.includes('*');
}
