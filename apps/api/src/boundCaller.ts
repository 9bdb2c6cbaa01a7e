// What a caller that is bound to one LCA may see and change of the inventory: that LCA's agents.
import type { AgentInput } from '@gradus/domain';
import type { Inventory } from '@gradus/store';
import type { Caller } from './caller.js';
import { Problem } from './errors.js';

/**
 * @returns the LCA for which the caller speaks where `given` is asked for; undefined where it is any
 * @throws Problem `forbidden` where the caller speaks for another LCA than the given one
 */
export function lcaOfCaller(caller: Caller, given: string | undefined): string | undefined {
  if (caller.lcaUuid === undefined) return given;
  if (given !== undefined && given !== caller.lcaUuid) {
    throw new Problem('forbidden', 'The token speaks for another LCA.');
  }
  return caller.lcaUuid;
}

/**
 * For one agent that is there already: its owner alone may have it read, changed or removed.
 *
 * @throws Problem `forbidden` where the caller is bound, and the agent belongs to another LCA
 */
export async function assertAgentOfCaller(
  inventory: Inventory,
  caller: Caller,
  agentId: string,
): Promise<void> {
  if (caller.lcaUuid === undefined) return;
  lcaOfCaller(caller, (await inventory.lcasOf([agentId])).get(agentId));
}

/**
 * @returns the agent as the caller may state it: of the caller's LCA where it names none
 * @throws Problem `forbidden` where the agent is, or would be, another LCA's
 */
export async function agentOfCaller<Input extends AgentInput>(
  inventory: Inventory,
  caller: Caller,
  agentId: string,
  input: Input,
): Promise<Input> {
  await assertAgentOfCaller(inventory, caller, agentId);
  const lcaUuid = lcaOfCaller(caller, input.lcaUuid);
  return lcaUuid === undefined ? input : { ...input, lcaUuid };
}
