// What came while nobody looked.

export interface Inbox<Item> {
  put(item: Item): void;
  /** Resolves `filled` without an item. */
  wake(): void;
  /** Every later call throws this. */
  fail(error: unknown): void;
  /** Takes out what is there. @throws what it failed with */
  take(): Item[];
  /** Resolves once something was put, or it was woken, since the last `take`; at the latest after `waitMs`. */
  filled(waitMs: number): Promise<void>;
}

export function createInbox<Item>(): Inbox<Item> {
  let items: Item[] = [];
  let isAwake = false;
  let failure: { error: unknown } | null = null;
  let settle: (() => void) | null = null;
  const wake = () => {
    isAwake = true;
    settle?.();
  };
  return {
    wake,
    put(item) {
      items.push(item);
      wake();
    },
    fail(error) {
      failure = { error };
      wake();
    },
    take() {
      if (failure !== null) throw failure.error;
      const taken = items;
      items = [];
      isAwake = false;
      return taken;
    },
    filled: (waitMs) =>
      new Promise((resolve) => {
        if (isAwake) return resolve();
        const timer = setTimeout(() => settle?.(), waitMs);
        settle = () => {
          clearTimeout(timer);
          settle = null;
          resolve();
        };
      }),
  };
}
