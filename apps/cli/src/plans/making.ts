// What the commands that make a plan have in common: making it once, and watching it.
import { randomUUID } from 'node:crypto';
import type { MakeOptions } from '@gradus/client';
import type { PlanSummary } from '@gradus/domain';
import type { Command } from 'commander';
import { answer, type Session } from '../context.js';
import { isUncertain } from '../failures.js';
import { planLine } from '../planText.js';
import { type WatchFlags, watch, withWatchOptions } from '../watch/watch.js';

export interface MakingFlags extends WatchFlags {
  idempotencyKey?: string;
  watch?: boolean;
}

export function withMakingOptions(command: Command): Command {
  command
    .option('--idempotency-key <key>', 'with the same key it is made once (default: a random one)')
    .option('--watch', 'watch it to its end, as `gradus plans watch` does');
  return withWatchOptions(command);
}

/** @param make makes the plan: once, however often it is called with the same key */
export async function makePlan(
  session: Session,
  flags: MakingFlags,
  make: (options: MakeOptions & { minimal: true }) => Promise<PlanSummary>,
): Promise<void> {
  const { out, call } = session;
  const { idempotencyKey = randomUUID() } = flags;
  let plan: PlanSummary;
  try {
    plan = await make({ ...call, idempotencyKey, minimal: true });
  } catch (error) {
    if (isUncertain(error)) {
      out.notes(
        'It is not known whether the plan was made. Repeat the command, and it is made once, with',
        `  --idempotency-key ${idempotencyKey}`,
      );
    }
    throw error;
  }
  if (flags.watch) await watch(session, flags, plan.id, '0');
  else answer(out, plan, () => [planLine(plan)]);
}
