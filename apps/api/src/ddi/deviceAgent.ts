// The agent that a device is, and what is reported of it.
import type { Agent, AgentReport } from '@gradus/domain';
import type { Context } from 'hono';
import type { ApiDeps, ApiEnv } from '../env.js';
import { Problem } from '../errors.js';
import { publicUrlOf } from '../publicUrl.js';
import { IDENTIFIER } from '../schemas/fields.js';
import type { Device } from './device.js';

/** The path of a device, as a router has it. */
export const DEVICE_PATH = '/:tenant/controller/v1/:controllerId';

export function noSuchDevice(controllerId: string): Problem {
  return new Problem('not-found', `There is no device ${controllerId}.`);
}

/**
 * @returns the LCA that the device is
 * @throws Problem `not-found` for what can be no agent
 */
export function lcaOf(tenant: string, controllerId: string): string {
  const lcaUuid = `${tenant}:${controllerId}`;
  if (!IDENTIFIER.test(lcaUuid) || !IDENTIFIER.test(controllerId)) throw noSuchDevice(controllerId);
  return lcaUuid;
}

/** @returns the device's own address */
export function addressOf(c: Context<ApiEnv>, deps: ApiDeps, { tenant, controllerId }: Device): string {
  return `${publicUrlOf(c, deps)}/${tenant}/controller/v1/${controllerId}`;
}

/** @returns null where the inventory does not know it, or knows it as another LCA's */
export async function agentOf({ store }: ApiDeps, device: Device): Promise<Agent | null> {
  const agent = await store.inventory.get(device.controllerId);
  return agent?.lcaUuid === device.lcaUuid ? agent : null;
}

/** @returns a report on the device with what it runs, where that is said */
export function reportOf(
  { controllerId }: Device,
  instanceUuid: string | undefined,
  facts: Omit<NonNullable<AgentReport['components']>[number], 'componentInstanceUuid'> | null,
  tasks: NonNullable<AgentReport['tasks']> = [],
): AgentReport {
  const components =
    facts === null || instanceUuid === undefined ? [] : [{ ...facts, componentInstanceUuid: instanceUuid }];
  return { agentId: controllerId, components, tasks };
}
