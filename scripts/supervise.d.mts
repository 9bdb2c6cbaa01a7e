// What the tests may ask of supervise.mjs.
export interface Child {
  pid(): number | undefined;
  /** Settles when it has ended for good. */
  ended: Promise<void>;
  /** Asks it to end, kills it after the grace, waits for its end. */
  stop(graceMs: number): Promise<void>;
  /** Ends it, and what it started, at once. */
  kill(): void;
}

/** Starts a Node.js script as a child process, which ends with this one. */
export function supervise(spec: {
  name: string;
  args: string[];
  env: NodeJS.ProcessEnv;
  restart: boolean;
  onLine: (line: string) => void;
  say: (line: string) => void;
}): Child;
