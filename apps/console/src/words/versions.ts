// Versions, in their order and by their names.

const natural = new Intl.Collator('en', { numeric: true });

/** The newest first; what is not known last. */
export function byVersion(a: string | null, b: string | null): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return natural.compare(b, a);
}

export function versionName(version: string | null, release: string | null): string {
  if (version === null) return 'unknown';
  return release === null ? version : `${version} (release ${release})`;
}
