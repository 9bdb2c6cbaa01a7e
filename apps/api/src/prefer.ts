// What a client prefers of an answer's form.

const RETURN = /^return\s*=\s*"?(minimal|representation)"?$/i;

/**
 * @param header the request's `Prefer`; preferences that are not known are passed over, as RFC 7240 asks for
 * @returns whether the summary is enough
 */
export function prefersMinimal(header: string | undefined): boolean {
  const preferences = (header ?? '').split(',').map((preference) => preference.split(';')[0]?.trim() ?? '');
  const [first] = preferences.flatMap((preference) => RETURN.exec(preference)?.[1] ?? []);
  return first?.toLowerCase() === 'minimal';
}
