// Telling LCAs which of their tasks they are to drop: noted by the plan's step, done in their mailboxes, and only
// then crossed off.
import { unlessAway } from './scripts.js';
import type { StoreParts } from './storeParts.js';

/** As the plan's scripts note it. */
interface Withdrawal {
  lifecycleTaskUuid: string;
  lcaUuid: string;
  componentInstanceUuid: string;
}

/** Does what the plan has noted; repeating it is nothing. */
export async function withdrawTasks(parts: StoreParts, planId: string): Promise<void> {
  const { connection, keys, scripts, clock } = parts;
  const key = keys.plan(planId, 'withdrawals');
  const entries = await unlessAway(connection.hvals(key));
  const withdrawals = entries.map((entry) => JSON.parse(entry) as Withdrawal);
  await Promise.all(
    withdrawals.map(({ lcaUuid, ...task }) =>
      scripts.run('withdraw-task', keys.mailbox(lcaUuid), {
        ...task,
        now: clock.now(),
        channel: keys.wakeUps(lcaUuid),
      }),
    ),
  );
  const uuids = withdrawals.map(({ lifecycleTaskUuid }) => lifecycleTaskUuid);
  if (uuids.length > 0) await unlessAway(connection.hdel(key, ...uuids));
}
