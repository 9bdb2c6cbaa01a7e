// Several commands on one slot as one consistent read.
import type { Connection } from '@gradus/redis';
import { StoreUnavailable } from './port.js';
import { unlessAway } from './storeFaults.js';

/**
 * Runs the commands in one MULTI.
 *
 * @returns their answers, in order
 * @throws StoreUnavailable, or the first error that a command answered
 */
export async function transact(connection: Connection, commands: (string | number)[][]): Promise<unknown[]> {
  const transaction = connection.multi(commands.map((command) => command.map(String)));
  const answers = await unlessAway(transaction.exec().catch(refusedAsUnavailable));
  return (answers ?? []).map(([error, answer]) => {
    if (error !== null) throw error;
    return answer;
  });
}

/** A server whose memory is full queues nothing for a transaction, reads neither. */
function refusedAsUnavailable(error: unknown): never {
  if (error instanceof Error && error.message.startsWith('EXECABORT')) throw new StoreUnavailable(error);
  throw error;
}
