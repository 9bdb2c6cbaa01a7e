// What a key that is bound to one LCA may see and change of the inventory: that LCA's agents.
import type { AgentInput } from '@gradus/domain';
import type { Inventory } from '@gradus/store';
import type { ApiKey } from './apiKeys.js';
import { Problem } from './errors.js';

/**
 * @returns the LCA for which the key speaks where `given` is asked for; undefined where it is any
 * @throws Problem `forbidden` where the key speaks for another LCA than the given one
 */
export function lcaOfKey(key: ApiKey, given: string | undefined): string | undefined {
  if (key.lcaUuid === undefined) return given;
  if (given !== undefined && given !== key.lcaUuid) {
    throw new Problem('forbidden', 'The token speaks for another LCA.');
  }
  return key.lcaUuid;
}

/**
 * For one agent that is there already: its owner alone may have it read, changed or removed.
 *
 * @throws Problem `forbidden` where the key is bound, and the agent belongs to another LCA
 */
export async function assertAgentOfKey(inventory: Inventory, key: ApiKey, agentId: string): Promise<void> {
  if (key.lcaUuid === undefined) return;
  lcaOfKey(key, (await inventory.lcasOf([agentId])).get(agentId));
}

/**
 * @returns the agent as the key may state it: of the key's LCA where it names none
 * @throws Problem `forbidden` where the agent is, or would be, another LCA's
 */
export async function agentOfKey<Input extends AgentInput>(
  inventory: Inventory,
  key: ApiKey,
  agentId: string,
  input: Input,
): Promise<Input> {
  await assertAgentOfKey(inventory, key, agentId);
  const lcaUuid = lcaOfKey(key, input.lcaUuid);
  return lcaUuid === undefined ? input : { ...input, lcaUuid };
}
