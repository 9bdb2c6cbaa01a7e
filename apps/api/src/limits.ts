// What one process may have in hand, and what one request has of that.

export interface LoadLimits {
  /** Requests that are being answered at once, those that wait apart. */
  requests: number;
  /** Check-ins that wait for work, and event streams, at once. */
  waiting: number;
  /** Bytes of all bodies that are being answered together. */
  bodyBytes: number;
}

/** What one request holds of the limits. */
export interface Admission {
  /**
   * From now on the request waits: it counts among those instead, and its body is done with.
   *
   * @throws Problem `unavailable` where too many wait already
   */
  wait(): void;
}
