// What the service calls by uuids and the reference by numbers.
import type { TaskOrder } from '@gradus/domain';
import { Disagreement } from './disagreement.js';
import type { ReferencePlan } from './referencePlan.js';

/** One attempt at one instance of one agent in one plan. */
export interface Place {
  plan: string;
  agent: number;
  instance: number;
  attempt: number;
}

export type Names = ReturnType<typeof createNames>;

const TASK_UUID = /^task-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export const agentId = (agent: number) => `a${agent}`;
export const lcaUuid = (lca: number) => `lca-${lca}`;
export const instanceUuid = (agent: number, instance: number) => `i-${agent}-${instance}`;
export const componentName = (instance: number) => `component-${instance}`;

function lastNumber(text: string): number {
  return Number(/\d+$/.exec(text)?.[0]);
}

export function createNames() {
  const plans = new Map<string, ReferencePlan>();
  const places = new Map<string, Place>();
  const uuids = new Map<string, string>();
  const taskName = ({ plan, agent, instance, attempt }: Place) =>
    `${plan} ${agentId(agent)}.${instance} #${attempt}`;

  function placeOf(uuid: string): Place {
    const place = places.get(uuid);
    if (place === undefined) throw new Disagreement(`nobody knows the task ${uuid}`);
    return place;
  }

  return {
    agent: lastNumber,
    lca: lastNumber,
    /** Of an instance's uuid or a component's name. */
    instance: lastNumber,
    addPlan(planId: string, plan: ReferencePlan) {
      plans.set(planId, plan);
    },
    plan(planId: string): ReferencePlan {
      const plan = plans.get(planId);
      if (plan === undefined) throw new Disagreement(`nobody made the plan ${planId}`);
      return plan;
    },
    plans: () => [...plans],
    /** Each attempt has its own uuid, and keeps it. */
    learn(
      uuid: string,
      plan: string,
      task: Pick<TaskOrder, 'agentId' | 'componentInstanceUuid' | 'attempt'>,
    ) {
      const place = {
        plan,
        agent: lastNumber(task.agentId),
        instance: lastNumber(task.componentInstanceUuid),
        attempt: task.attempt,
      };
      const name = taskName(place);
      if (!TASK_UUID.test(uuid)) throw new Disagreement(`${name} has no uuid, but '${uuid}'`);
      const known = places.get(uuid);
      if (known !== undefined && taskName(known) !== name) {
        throw new Disagreement(`${name} has the uuid of ${taskName(known)}`);
      }
      if ((uuids.get(name) ?? uuid) !== uuid) throw new Disagreement(`${name} has two uuids`);
      places.set(uuid, place);
      uuids.set(name, uuid);
    },
    knows: (uuid: string) => places.has(uuid),
    placeOf,
    uuidOf: (place: Place) => uuids.get(taskName(place)) ?? null,
    taskName,
    instanceName: ({ agent, instance }: Pick<Place, 'agent' | 'instance'>) => instanceUuid(agent, instance),
    shown: (uuid: string) => (places.has(uuid) ? taskName(placeOf(uuid)) : uuid),
  };
}
