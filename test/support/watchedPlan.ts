// A plan of many agents whose LCAs keep books of their own, and what these must say of it in the end.
import { createClient } from '@gradus/client';
import { expect } from 'vitest';
import { registerFleet, TO, UPGRADE } from './fleet.js';
import type { Gradus } from './gradus.js';
import type { IndependentLcaOptions } from './independentLca.js';
import { waitFor } from './waitFor.js';

const CONCURRENCY = 20;

export interface WatchedPlan {
  id: string;
  /** Waits until at least so many agents are upgraded. */
  untilDone(agents: number): Promise<void>;
  /**
   * Waits for the plan's end; then nothing may have been lost, counted twice or run twice.
   *
   * @param timeoutMs how long the end may take
   */
  expectRightEnd(timeoutMs?: number): Promise<void>;
}

/**
 * @param gradus where its api is, or what leads there
 * @param agents a multiple of 20; every tenth fails, and there are two batches
 * @param lca what its LCAs do another way than usual
 */
export async function startWatchedPlan(
  gradus: Pick<Gradus, 'url' | 'token'>,
  agents: number,
  lca: Partial<Pick<IndependentLcaOptions, 'upgradeMs' | 'mayEnd'>> = {},
): Promise<WatchedPlan> {
  const client = createClient({ baseUrl: gradus.url, token: gradus.token });
  const { agentIds, lcas } = await registerFleet(client, agents, {
    url: gradus.url,
    token: gradus.token,
    upgradeMs: 100,
    agentsPerLca: [1, 20],
    ...lca,
    behave: ({ agentId }) => (agentId.endsWith('5') ? 'fail' : 'complete'),
  });
  lcas.start();
  const { id } = await client.createPlan({
    ...UPGRADE,
    agentIds,
    batchSize: agents / 2,
    concurrency: CONCURRENCY,
    failureThreshold: 0.5,
  });
  const failing = agents / 10;
  return {
    id,
    untilDone: async (atLeast) => {
      await waitFor(async () => (await client.getPlanSummary(id)).counts.completed >= atLeast, {
        what: `${atLeast} agents to be done`,
        timeoutMs: 20_000,
      });
    },
    expectRightEnd: async (timeoutMs = 90_000) => {
      await waitFor(async () => (await client.getPlanSummary(id)).status === 'completed', {
        what: 'the plan to end',
        timeoutMs,
      });
      await lcas.stop();
      const { ledger } = lcas;
      const whole = await client.getPlan(id);
      expect(whole.counts).toMatchObject({
        agents,
        completed: agents - failing,
        failed: failing,
        pending: 0,
        running: 0,
      });
      expect(whole.batches.map((batch) => batch.failedCount)).toEqual([failing / 2, failing / 2]);
      expect(ledger.breaches).toEqual([]);
      expect(ledger.maxHeldAtOnce()).toBeLessThanOrEqual(CONCURRENCY);
      expect(ledger.batchOverlaps(whole.batches.map((batch) => batch.agentIds))).toEqual([]);
      for (const task of whole.batches.flatMap((batch) => batch.tasks)) {
        expect(ledger.uuidsOf(task.agentId)).toEqual([task.lifecycleTaskUuid]);
        expect(ledger.timesExecuted(task.lifecycleTaskUuid)).toBe(1);
        expect(task.status).toBe(task.agentId.endsWith('5') ? 'failed' : 'completed');
        if (task.status === 'completed')
          expect(task).toMatchObject({ actualVersion: TO.version, actualRelease: TO.release });
      }
    },
  };
}
