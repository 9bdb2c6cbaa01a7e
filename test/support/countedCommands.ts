// How many commands a Redis has carried out: a cost that does not hang on how fast the machine is.
import type { RedisNode } from './redisNode.js';

/** Commands whose number hangs on time, not on tasks: a worker asks for jobs, a clock is compared. */
const BY_THE_CLOCK = new Set(['ping', 'info', 'time', 'bzpopmin', 'client', 'hello', 'command', 'select']);

/** @returns those inside of scripts among them */
export async function commandsSoFar(node: RedisNode): Promise<number> {
  const lines = String(await node.ask('INFO', 'commandstats')).matchAll(/cmdstat_([^:|]+)[^:]*:calls=(\d+)/g);
  return [...lines].reduce(
    (sum, [, name = '', calls]) => sum + (BY_THE_CLOCK.has(name) ? 0 : Number(calls)),
    0,
  );
}
