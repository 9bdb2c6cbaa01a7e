// How much of this process one endpoint may take: one that hangs must not keep the others waiting.

export interface Slots {
  /** @returns whether there was one; if so it is to be left again */
  enter(name: string): boolean;
  leave(name: string): void;
}

/** @param each how many each name has */
export function createSlots(each: number): Slots {
  const taken = new Map<string, number>();
  return {
    enter: (name) => {
      const count = taken.get(name) ?? 0;
      if (count >= each) return false;
      taken.set(name, count + 1);
      return true;
    },
    leave: (name) => {
      const count = (taken.get(name) ?? 0) - 1;
      if (count > 0) taken.set(name, count);
      else taken.delete(name);
    },
  };
}
