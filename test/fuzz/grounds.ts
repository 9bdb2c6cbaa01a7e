// What the fuzzed requests meet: agents and plans in several states, set up anew every so often.
import { type Client, createClient, ProblemError } from '@gradus/client';
import { agentNames, ON_FROM } from '../support/agents.js';
import { UPGRADE } from '../support/fleet.js';
import type { Gradus } from '../support/gradus.js';

export const FUZZ_LCA = 'lca-fuzz';
export const FUZZ_AGENTS = agentNames('fuzz', 40);

/** Stands for the id of a plan that is known only once the requests are sent. */
export const planToken = (index: number) => `PLAN-TOKEN-${index}`;
export const taskToken = (index: number) => `TASK-TOKEN-${index}`;

export interface Grounds {
  /** @returns the request's bytes with the tokens in them replaced by ids of plans and tasks that exist */
  filledIn(latin1: string): string;
  /** Ends the plans that are left, brings the agents back and makes new plans. */
  refresh(): Promise<void>;
}

async function endPlans(client: Client): Promise<void> {
  for (const status of ['pending', 'running', 'paused'] as const) {
    for await (const plan of client.listPlans({ status, limit: 1_000 })) {
      await client.cancelPlan(plan.id).catch(unlessRefused);
    }
  }
}

/** Somebody else's request may have come between. */
function unlessRefused(error: unknown): void {
  if (!(error instanceof ProblemError)) throw error;
}

async function bringAgents(client: Client, groundAgents: readonly string[]): Promise<void> {
  await client.importAgents(
    [...FUZZ_AGENTS, ...groundAgents].map((agentId) => ({
      agentId,
      lcaUuid: FUZZ_LCA,
      components: [{ componentName: 'zmetis', ...ON_FROM }],
    })),
  );
}

export function layGrounds({ url, token }: Gradus): Grounds {
  const client = createClient({ baseUrl: url, token });
  let planIds: string[] = [];
  let taskUuids: string[] = [];
  let round = 0;

  const replaced = (text: string, kind: string, ids: readonly string[]) =>
    text.replaceAll(
      new RegExp(`${kind}-TOKEN-(\\d)`, 'g'),
      (_, index) => ids[Number(index) % ids.length] ?? kind,
    );

  return {
    filledIn: (latin1) => replaced(replaced(latin1, 'PLAN', planIds), 'TASK', taskUuids),
    refresh: async () => {
      round += 1;
      const agents = agentNames(`ground-${round}`, 10);
      await endPlans(client);
      await bringAgents(client, agents);
      const plan = { ...UPGRADE, batchSizes: [1], gate: 'manual' } as const;
      const made = [
        await client.createPlan({ ...plan, agentIds: agents.slice(0, 3) }),
        await client.createPlan({ ...plan, agentIds: agents.slice(3, 6), autoStart: false }),
        await client.createPlan({ ...plan, agentIds: agents.slice(6, 9) }),
        await client.createPlan({ ...plan, agentIds: agents.slice(9) }),
      ];
      planIds = made.map(({ id }) => id);
      taskUuids = made.flatMap(({ batches }) =>
        batches.flatMap(({ tasks }) => tasks.map(({ lifecycleTaskUuid }) => lifecycleTaskUuid)),
      );
      await client.pausePlan(planIds[2] ?? '').catch(unlessRefused);
      await client.cancelPlan(planIds[3] ?? '');
    },
  };
}
