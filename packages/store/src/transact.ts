// Several commands on one slot as one consistent read.
import type { Connection } from '@gradus/redis';
import { unlessAway } from './scripts.js';

/**
 * Runs the commands in one MULTI.
 *
 * @returns their answers, in order
 * @throws StoreUnavailable, or the first error that a command answered
 */
export async function transact(connection: Connection, commands: (string | number)[][]): Promise<unknown[]> {
  const answers = await unlessAway(connection.multi(commands.map((command) => command.map(String))).exec());
  return (answers ?? []).map(([error, answer]) => {
    if (error !== null) throw error;
    return answer;
  });
}
