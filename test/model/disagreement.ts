// The service did what the reference rules out.

export class Disagreement extends Error {
  readonly code = 'disagreement';
  constructor(what: string) {
    super(what);
    this.name = 'Disagreement';
  }
}

/** @throws Disagreement where the two are not the same */
export function agree(what: string, service: unknown, reference: unknown): void {
  const [shown, expected] = [service, reference].map((value) => JSON.stringify(value));
  if (shown !== expected) throw new Disagreement(`${what}: the service ${shown}, the reference ${expected}`);
}
