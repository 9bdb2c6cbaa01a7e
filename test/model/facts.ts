// What is known of an instance: fact by fact, and since when.

export const FROM = { actualVersion: '1.2.0', actualRelease: '215' };
export const TARGET = { actualVersion: '1.3.0', actualRelease: '221' };

export interface Facts {
  runtimeStatus: string;
  actualVersion: string;
  actualRelease: string;
}

/** Each fact, and when the report was taken that it is from. */
export type Known = { [Fact in keyof Facts]: { value: string; at: number } };

/** The facts of an instance as they are known from that instant on. */
export function knownFrom(facts: Facts, at: number): Known {
  return {
    runtimeStatus: { value: facts.runtimeStatus, at },
    actualVersion: { value: facts.actualVersion, at },
    actualRelease: { value: facts.actualRelease, at },
  };
}

export function factsOf({ runtimeStatus, actualVersion, actualRelease }: Known): Facts {
  return {
    runtimeStatus: runtimeStatus.value,
    actualVersion: actualVersion.value,
    actualRelease: actualRelease.value,
  };
}

export function isBad({ runtimeStatus }: Partial<Facts>): boolean {
  return runtimeStatus === 'crashed' || runtimeStatus === 'failed' || runtimeStatus === 'stopped';
}

export function isOnTarget({ actualVersion, actualRelease }: Partial<Facts>): boolean {
  return actualVersion === TARGET.actualVersion && actualRelease === TARGET.actualRelease;
}

/** An older report never overwrites newer facts; what a report leaves out stays as it was. */
export function learn(known: Known, facts: Partial<Facts>, takenAt: number): void {
  for (const fact of ['runtimeStatus', 'actualVersion', 'actualRelease'] as const) {
    const value = facts[fact];
    if (value !== undefined && takenAt >= known[fact].at) known[fact] = { value, at: takenAt };
  }
}

/** Reading: a bad state that is known from before the dispatch is what the upgrade may be for. */
export function isBadSince(dispatchedAt: number, { runtimeStatus }: Known): boolean {
  return isBad({ runtimeStatus: runtimeStatus.value }) && runtimeStatus.at >= dispatchedAt;
}
