// Requests that are carried out once.

/** A request that is to be carried out once, however often it is sent. */
export interface KeyedRequest {
  /** Who asks. */
  subject: string;
  /** What for; with the subject and the key it names the request. */
  route: string;
  key: string;
  /** What is asked for, the same text for the same. */
  body: string;
}

/**
 * `begun`: make the plan of this id, and say how it ended. `made`: it is there, or was. `reused`: the key was sent
 * with another body.
 */
export type Begun =
  | { outcome: 'begun'; planId: string; leaseUntil: number }
  | { outcome: 'made'; planId: string }
  | { outcome: 'in-progress' | 'reused' };

/** Which plan an idempotency key has made; remembered for a day. */
export interface Idempotency {
  begin(request: KeyedRequest): Promise<Begun>;
  /** The plan was made. */
  keep(request: KeyedRequest, planId: string): Promise<void>;
  /**
   * `refused`: the key is forgotten. `given-back`: it is not known how it ended, and a repeat may find out. Where
   * Redis is away this happens once it is back; fails for nothing.
   */
  letGo(request: KeyedRequest, planId: string, how: 'refused' | 'given-back'): Promise<void>;
}
