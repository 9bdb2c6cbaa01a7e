// Having an LCA's mailbox looked at once for all that came into it at one moment.

/**
 * @param tell has it looked at
 * @returns the same; what is asked for in the same turn is one call, made after the turn
 */
export function tellOnce(tell: (lcaUuid: string) => Promise<void>): (lcaUuid: string) => Promise<void> {
  const next = new Map<string, Promise<void>>();
  return (lcaUuid) => {
    const waiting = next.get(lcaUuid);
    if (waiting !== undefined) return waiting;
    const told = new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
      next.delete(lcaUuid);
      return tell(lcaUuid);
    });
    next.set(lcaUuid, told);
    return told;
  };
}
