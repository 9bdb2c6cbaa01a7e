// An LCA that is pushed what is for it, because it cannot come and ask.

/** What is stated of one. */
export interface LcaInput {
  /** Where its lifecycle tasks are posted to. */
  callbackUrl: string;
  /** What that is signed with: one, or two while one takes the other's place. */
  secrets: string[];
}

/** One as it is shown; its secrets never are. */
export interface Lca {
  lcaUuid: string;
  callbackUrl: string;
  registeredAt: string;
  /** Who has stated it last. */
  registeredBy: string;
  /** When something was last taken by it. */
  lastPushedAt: string | null;
  /** How often in a row it has not taken what was pushed. */
  failures: number;
  /** Why it did not, the last time. */
  lastFault: string | null;
  /** Until when nothing is pushed, where it did not take the last. */
  retryAt: string | null;
}
