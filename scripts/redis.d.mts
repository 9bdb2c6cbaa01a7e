// What the tests may ask of redis.mjs.
export interface RunningRedis {
  url: string;
  /** What it is, for people. */
  description: string;
  /** Writes its data out and ends it. */
  stop(): Promise<void>;
  /** Ends it at once. */
  kill(): void;
}

/** Starts a Redis on a free port of this machine, and returns once it answers. */
export function startRedis(options: {
  folder: string;
  restart: boolean;
  javascript: boolean;
  say: (line: string) => void;
  onLine: (line: string) => void;
}): Promise<RunningRedis>;
