// Sessions of browsers.

/** Browser sessions: a random id stands for what was said of who signed in. */
export interface Sessions {
  /** @returns the new session's id */
  begin(content: string, ttlMs: number): Promise<string>;
  /** @returns the content that it was begun with, null where there is no such session */
  read(sessionId: string): Promise<string | null>;
  end(sessionId: string): Promise<void>;
}
