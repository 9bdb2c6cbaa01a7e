// Enqueueing, where Redis may be away.
import type { Logger } from 'pino';
import { Problem } from './errors.js';

/**
 * @throws Problem `unavailable` where the queues cannot be reached
 */
export async function enqueue(add: () => Promise<void>): Promise<void> {
  try {
    await add();
  } catch (error) {
    // A fault of our own would only come again when the request is repeated.
    if (error instanceof TypeError || (error instanceof Error && error.name === 'ZodError')) throw error;
    const detail = 'The queues cannot be reached. Repeat the request shortly.';
    throw new Problem('unavailable', detail, {}, { cause: error });
  }
}

/** For what is durable already: the workers' reconcile job finds it where this fails. */
export async function tryEnqueue(logger: Logger, planId: string, add: () => Promise<void>): Promise<void> {
  try {
    await add();
  } catch (err) {
    logger.warn({ err, planId }, 'enqueueing failed; reconcile will put it back');
  }
}
