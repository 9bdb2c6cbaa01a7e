// LCAs that are pushed what is for them.
import type { Lca, LcaInput } from '@gradus/domain';

/** Where an LCA is pushed to. */
export interface PushTarget extends LcaInput {
  /** Milliseconds since 1970; with each change another. */
  registeredAt: number;
  /** Until when nothing is pushed; null where the last push was taken. */
  retryAt: number | null;
}

/** LCAs that are pushed what is for them, because they cannot ask. */
export interface Lcas {
  put(
    lcaUuid: string,
    input: LcaInput,
    registeredBy: string,
  ): Promise<{ outcome: 'created' | 'updated'; lca: Lca }>;
  get(lcaUuid: string): Promise<Lca | null>;
  /** @returns whether there was one */
  remove(lcaUuid: string): Promise<boolean>;
  target(lcaUuid: string): Promise<PushTarget | null>;
  /**
   * @param registeredAt of the target that it was pushed to; where that is another one by now, it is nothing
   * @param fault why it was not taken; null where it was
   * @returns when it is tried again; null where it was taken
   */
  notePush(lcaUuid: string, registeredAt: number, fault: string | null): Promise<number | null>;
  /**
   * Looks at some of them, in their order.
   *
   * @param after where the last look ended; empty to begin with
   * @returns those with something that is due for long, and where to go on
   */
  leftWaiting(after: string, limit: number): Promise<{ lcaUuids: string[]; next: string }>;
}
