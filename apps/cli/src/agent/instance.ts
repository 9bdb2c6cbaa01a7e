// The component instance: what it runs, asked anew where the last answer is old.
import { setTimeout as sleep } from 'node:timers/promises';
import type { LifecycleTask } from '@gradus/domain';
import { type FactCommands, type Facts, isDone, measure } from './facts.js';

export interface Instance {
  /** @param maxAgeMs of an answer that may be given again */
  facts(maxAgeMs: number): Promise<Facts>;
  /** Asks until it runs well on the target, or the time is over. @returns the last answer */
  settled(order: LifecycleTask, signal: AbortSignal): Promise<Facts>;
  /** Something may have changed it. */
  forget(): void;
}

const ASK_EVERY_MS = 500;

/** Every call throws the signal's reason where that aborts. */
export function createInstance(
  commands: FactCommands & { confirmWithinMs: number },
  env: NodeJS.ProcessEnv,
  ending: AbortSignal,
): Instance {
  let last: { facts: Facts; at: number } | null = null;

  async function ask(): Promise<Facts> {
    const at = performance.now();
    const facts = await measure(commands, env, ending);
    last = { facts, at };
    return facts;
  }

  return {
    facts: async (maxAgeMs) =>
      last !== null && performance.now() - last.at <= maxAgeMs ? last.facts : ask(),
    async settled(order, signal) {
      const until = performance.now() + commands.confirmWithinMs;
      for (;;) {
        const facts = await ask();
        if (isDone(facts, order)) return facts;
        if (performance.now() >= until || signal.aborted) return facts;
        await sleep(ASK_EVERY_MS, undefined, { signal: ending });
      }
    },
    forget: () => {
      last = null;
    },
  };
}
