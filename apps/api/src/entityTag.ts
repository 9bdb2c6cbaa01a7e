// Conditional reads.

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
