// Telling LCAs which of their tasks they are to drop: noted by the plan's step, done in their mailboxes, and only
// then crossed off.
import { chunks } from './chunks.js';
import { unlessAway } from './storeFaults.js';
import type { StoreParts } from './storeParts.js';

const WITHDRAWN_AT_ONCE = 500;

/** As the plan's scripts note it. */
interface Withdrawal {
  lifecycleTaskUuid: string;
  lcaUuid: string;
  componentInstanceUuid: string;
}

/** Does what the plan has noted; repeating it is nothing. @returns the LCAs that are to be pushed it */
export async function withdrawTasks(parts: StoreParts, planId: string): Promise<string[]> {
  const pushed = new Set<string>();
  const { connection, keys, scripts, clock } = parts;
  const key = keys.plan(planId, 'withdrawals');
  let cursor = '0';
  do {
    const [next, flat] = await unlessAway(connection.hscan(key, cursor, 'COUNT', WITHDRAWN_AT_ONCE));
    cursor = next;
    const entries = flat.filter((_, index) => index % 2 === 1);
    for (const part of chunks(entries, WITHDRAWN_AT_ONCE)) {
      const withdrawals = part.map((entry) => JSON.parse(entry) as Withdrawal);
      await Promise.all(
        withdrawals.map(async ({ lcaUuid, ...task }) => {
          const isPushed = await scripts.run<boolean>('withdraw-task', keys.mailbox(lcaUuid), {
            ...task,
            now: clock.now(),
            channel: keys.wakeUps(lcaUuid),
          });
          if (isPushed) pushed.add(lcaUuid);
        }),
      );
      await unlessAway(
        connection.hdel(key, ...withdrawals.map((withdrawal) => withdrawal.lifecycleTaskUuid)),
      );
    }
  } while (cursor !== '0');
  return [...pushed];
}
