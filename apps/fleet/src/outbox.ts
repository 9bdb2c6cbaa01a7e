// An LCA's reports that are not delivered yet.
import type { AgentReport } from '@gradus/domain';

/** Reports by the lifecycle task that they speak of. */
type Parcel = Map<string, AgentReport>;

export interface Outbox {
  /** A newer report on a task takes the place of an older one. */
  put(lifecycleTaskUuid: string, report: AgentReport): void;
  /** Takes up to so many out, oldest first. */
  take(limit: number): Parcel;
  /** Puts back what was not delivered, ahead of the rest; what has a newer report meanwhile is dropped. */
  putBack(parcel: Parcel): void;
  /** Resolves once there is something to take, or after `waitMs`. @returns whether there is */
  filled(waitMs: number): Promise<boolean>;
}

export function createOutbox(): Outbox {
  let waiting: Parcel = new Map();
  let wake: (() => void) | null = null;
  return {
    put(lifecycleTaskUuid, report) {
      waiting.set(lifecycleTaskUuid, report);
      wake?.();
    },
    take(limit) {
      const parcel: Parcel = new Map();
      for (const [uuid, report] of waiting) {
        if (parcel.size === limit) break;
        parcel.set(uuid, report);
        waiting.delete(uuid);
      }
      return parcel;
    },
    putBack(parcel) {
      waiting = new Map([...parcel, ...waiting]);
    },
    filled: (waitMs) =>
      new Promise((resolve) => {
        if (waiting.size > 0) return resolve(true);
        const settle = () => {
          clearTimeout(timer);
          wake = null;
          resolve(waiting.size > 0);
        };
        const timer = setTimeout(settle, waitMs);
        wake = settle;
      }),
  };
}
