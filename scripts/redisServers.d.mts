// What the tests may ask of redisServers.mjs.
export interface RedisServer {
  kind: 'program' | 'container' | 'javascript';
  description: string;
  /** Of the program, with the folder's `redis.conf`. */
  command(place: { folder: string; port: number }): string[];
  /** What its environment needs beside ours. */
  env: NodeJS.ProcessEnv;
}

/** Finds a Redis server, installing one where that may be done. */
export function findRedisServer(options: {
  javascript: boolean;
  say: (line: string) => void;
}): Promise<RedisServer>;
